package dev.yamabiko.coordinator.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurvesTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir private Path run;
  private final Curves curves = new Curves();

  private static String step(long step, double loss) {
    return "{\"step\":%d,\"epoch\":%d,\"examples\":8,\"train_loss\":%s,\"train_accuracy\":0.5,\"learning_rate\":0.1}\n"
        .formatted(step, step / 10, loss);
  }

  private static String epoch(int epoch) {
    return "{\"epoch\":%d,\"steps\":%d,\"examples\":80,\"sample_hash\":\"f00d\",\"train_loss\":0.75,\"validation_loss\":null}\n"
        .formatted(epoch, 10 * (epoch + 1));
  }

  private void write(String lines) throws IOException {
    Files.writeString(run.resolve("metrics.jsonl"), lines);
  }

  private void append(String lines) throws IOException {
    Files.writeString(run.resolve("metrics.jsonl"), lines, StandardOpenOption.APPEND);
  }

  private Map<String, Object> read(int points) throws Exception {
    return CanonicalJson.object(curves.json(run, points, LONG));
  }

  private List<?> steps() throws Exception {
    return (List<?>) ((Map<?, ?>) read(5_000).get("steps")).get("step");
  }

  private Object losses() throws Exception {
    Map<?, ?> steps = (Map<?, ?>) read(5_000).get("steps");
    return ((Map<?, ?>) steps.get("train_loss")).get("mean");
  }

  @Test
  void shouldHoldStepsAndEpochsByTheirNames() throws Exception {
    write(step(0, 0.5) + "{\"wire\":0,\"per_worker\":{\"w\":{\"up\":1}}}\n" + epoch(0));
    assertEquals(
        "{\"steps\":{\"step\":[0],\"epoch\":[0],"
            + "\"train_loss\":{\"mean\":[0.5],\"min\":[0.5],\"max\":[0.5]},"
            + "\"train_accuracy\":{\"mean\":[0.5],\"min\":[0.5],\"max\":[0.5]},"
            + "\"learning_rate\":[0.1]},"
            + "\"epochs\":{\"epoch\":[0],\"step\":[9],\"train_loss\":[0.75],\"validation_loss\":[null]},"
            + "\"last_step\":0}",
        curves.json(run, 10, LONG));
  }

  @Test
  void shouldBeEmptyBeforeTheFirstLine() throws Exception {
    String nothing =
        "{\"steps\":{\"step\":[],\"epoch\":[]},\"epochs\":{\"epoch\":[],\"step\":[]},\"last_step\":null}";
    assertEquals(nothing, curves.json(run, 10, LONG));
    write("{\"step\":0,\"epo");
    assertEquals(nothing, curves.json(run, 10, LONG));
  }

  @Test
  void shouldGoOnWhereItReadLastAndTakeALineOnceItIsWhole() throws Exception {
    write(step(0, 1) + "{\"step\":1,\"epoch\":0,");
    assertEquals(List.of(0), steps());
    append("\"train_loss\":2}\n" + step(2, 3));
    assertEquals(List.of(0, 1, 2), steps());
    assertEquals(List.of(1.0, 2.0, 3.0), losses());
    assertEquals(2, read(10).get("last_step"));
  }

  @Test
  void shouldReadAgainWhenTheRunHasGoneBack() throws Exception {
    write(step(0, 1) + step(1, 2) + step(2, 3));
    assertEquals(List.of(0, 1, 2), steps());
    String back =
        "{\"rollback\":1,\"diverged_step\":2,\"to_step\":1,\"learning_rate_scale\":0.5}\n";
    write(step(0, 1) + back);
    assertEquals(List.of(0), steps());
    write(step(0, 1) + back + step(1, 5) + step(2, 6) + step(3, 7));
    assertEquals(List.of(1.0, 5.0, 6.0, 7.0), losses());
    // Longer than before by the time it is read again, and of other bytes.
    write(step(0, 1) + step(1, 8) + step(2, 9) + step(3, 1) + step(4, 1) + step(5, 1));
    assertEquals(List.of(1.0, 8.0, 9.0, 1.0, 1.0, 1.0), losses());
  }

  @Test
  void shouldReadAgainWhenTheFileIsGone() throws Exception {
    write(step(0, 1));
    assertEquals(List.of(0), steps());
    Files.delete(run.resolve("metrics.jsonl"));
    assertEquals(List.of(), steps());
    write(step(0, 4));
    assertEquals(List.of(4.0), losses());
  }

  @Test
  void shouldPassOverDamagedAndLongLines() throws Exception {
    String lengthy = "{\"wire\":0,\"per_worker\":{\"%s\":{}}}\n".formatted("w".repeat(300_000));
    write(
        step(0, 1) + "{\"step\":1,\n{\"step\":\"x\"}\n{\"epoch\":0}\n\n7\n" + lengthy + step(2, 3));
    assertEquals(List.of(0, 2), steps());
  }

  @Test
  void shouldKeepWhatItHasReadByTheDeadline() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      lines.append(step(i, i));
    }
    write(lines.toString());
    int asked = 0;
    while (true) {
      try {
        curves.json(run, 10, Duration.ZERO);
        break;
      } catch (TimeoutException e) {
        asked++;
      }
    }
    assertTrue(asked >= lines.length() / (1 << 16), "asked " + asked + " times");
    assertEquals(5_000, steps().size());
  }

  @Test
  void shouldRefuseALineWithoutEnd() throws Exception {
    write(step(0, 1) + "x".repeat(40 << 20));
    assertThrows(IOException.class, () -> curves.json(run, 10, LONG));
  }

  @Test
  void shouldAnswerFewBytesOf100000Steps() throws Exception {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      lines.append(step(i, random.nextDouble()));
    }
    write(lines.toString());
    String first = curves.json(run, 500, LONG);
    append(step(100_000, 0.5));
    String again = curves.json(run, 500, LONG);
    assertTrue(first.length() < 50_000, first.length() + " bytes");
    assertEquals(100_000, CanonicalJson.object(again).get("last_step"));
    assertTrue(again.length() < 50_000, again.length() + " bytes");
  }

  @Test
  void shouldKnowTheRunsThatWereAskedForLast() throws Exception {
    for (int i = 0; i < 40; i++) {
      Path other = Files.createDirectories(run.resolve("run" + i));
      Files.writeString(other.resolve("metrics.jsonl"), step(0, i));
      assertTrue(curves.json(other, 10, LONG).contains("\"mean\":[" + i + ".0]"));
    }
  }
}
