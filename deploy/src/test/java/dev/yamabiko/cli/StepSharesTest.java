package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.model.CanonicalJson;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepSharesTest {

  private final StepShares shares = new StepShares();

  private void timing(long steps, double seconds, String... workers) {
    shares.timing(
        new JsonFields(
            CanonicalJson.object(
                "{\"step\":131,\"steps\":%d,\"seconds\":%s,\"compute\":0.006,\"broadcast\":0.001,\"wait\":0.001,\"aggregate\":0.002,\"samples_per_second\":1000.0,\"workers\":[%s]}"
                    .formatted(steps, seconds, String.join(",", workers)))));
  }

  private static String worker(String name, double compute, double broadcast, double wait) {
    return "{\"name\":\"%s\",\"compute\":%s,\"broadcast\":%s,\"wait\":%s}"
        .formatted(name, compute, broadcast, wait);
  }

  private void nodes(String name, double speed, int reissued) {
    shares.workers(
        CanonicalJson.object(
            "{\"workers\":[{\"name\":\"%s\",\"samples_per_second\":%s,\"reissued\":%d}]}"
                .formatted(name, speed, reissued)));
  }

  private String latest(int columns, int most) {
    return shares.latest(columns, most).stream().collect(Collectors.joining("\n"));
  }

  @Test
  void shouldShareOutAWorkersStep() {
    nodes("one", 2500.4, 3);
    timing(40, 0.01, worker("one", 0.006, 0.001, 0.001), worker("two", 0.0025, 0.0005, 0.005));
    assertEquals(
        """
        step 10.0 ms  samples/s  compute  broadcast  wait  aggregate  re-issued
        one               2,500     60 %       10 %  10 %       20 %          3
        two                   -     25 %        5 %  50 %       20 %          -""",
        latest(100, 8));
  }

  /** As the one step in which it joined, and which waited for it. */
  @Test
  void shouldShareOutWhatAWorkerHadOfFewLongSteps() {
    timing(40, 0.01, worker("late", 0.016, 0.002, 0));
    assertTrue(latest(100, 8).contains("     80 %       10 %   0 %       10 %"), latest(100, 8));
  }

  @Test
  void shouldShowTheLatestAndKeepTheMeanOverAllSteps() {
    timing(30, 0.01, worker("one", 0.006, 0.002, 0), worker("lost", 0.008, 0, 0));
    timing(10, 0.03, worker("one", 0.026, 0.002, 0));
    assertTrue(latest(100, 8).startsWith("step 30.0 ms"), latest(100, 8));
    assertTrue(!latest(100, 8).contains("lost"), latest(100, 8));
    assertEquals(
        """
        step 15.0 ms  samples/s  compute  broadcast  wait  aggregate  re-issued
        lost                  -     80 %        0 %   0 %       20 %          -
        one                   -     73 %       13 %   0 %       13 %          -
        """,
        shares.whole());
  }

  @Test
  void shouldCutWhatDoesNotFitTheTerminal() {
    timing(1, 0.01, worker("a-worker-with-a-rather-long-name", 0.006, 0.001, 0.001));
    assertEquals(
        List.of("step 10.0 ms                ", "a-worker-with-a-rather-long-"),
        shares.latest(29, 8));
  }

  @Test
  void shouldShowThoseOfManyWhomTheOthersWaitFor() {
    timing(
        1,
        0.01,
        IntStream.range(0, 20)
            .mapToObj(i -> worker("w%02d".formatted(i), 0.004, 0, i % 7 == 3 ? 0 : 0.004))
            .toArray(String[]::new));
    List<String> lines = shares.latest(100, 3);
    assertEquals(
        List.of("w03", "w10", "w17"),
        lines.subList(1, 4).stream().map(l -> l.substring(0, 3)).toList());
    assertEquals("and 17 more, which waited longer", lines.get(4));
  }

  @Test
  void shouldSayNothingWithoutTimings() {
    assertEquals("", shares.whole());
    assertEquals(List.of(), shares.latest(100, 8));
  }
}
