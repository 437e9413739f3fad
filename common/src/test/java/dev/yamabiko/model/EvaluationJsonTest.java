package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yamabiko.data.Targets;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a result holds of very many classes or targets. */
class EvaluationJsonTest {

  private static Evaluation ofClasses(int count) {
    ClassTally tally =
        new ClassTally(
            new long[] {ClassTally.pair(0, count - 1)}, new long[] {4}, new float[0], new float[0]);
    return Evaluation.of(
        Targets.Classes.numbered(count),
        new Measures(new Statistics(4, 1, 0, 0), Optional.of(tally), Optional.empty()));
  }

  private static Evaluation ofValues(int count) {
    double[] sums = new double[count];
    return Evaluation.of(
        new Targets.Values(
            IntStream.range(0, count).mapToObj(k -> Targets.Value.plain("t" + k)).toList()),
        new Measures(
            new Statistics(4, 1, 0, 0),
            Optional.empty(),
            Optional.of(new ErrorTally(4, sums, sums, sums, sums))));
  }

  private static int length(Map<String, Object> json, String key) {
    return ((List<?>) json.get(key)).size();
  }

  @Test
  void shouldHoldWhatEvaluateSaysOfAHundredClasses() {
    assertEquals(EvaluationJson.of(ofClasses(100)), EvaluationJson.ofResult(ofClasses(100)));
    assertEquals(100, length(EvaluationJson.ofResult(ofClasses(100)), "confusion"));
  }

  @Test
  void shouldLeaveOutTheMatrixOfMore() {
    Map<String, Object> json = EvaluationJson.ofResult(ofClasses(101));
    assertNull(json.get("confusion"));
    assertEquals(101, length(json, "classes"));
    assertEquals(101, length(EvaluationJson.of(ofClasses(101)), "confusion"));
  }

  @Test
  void shouldLeaveOutListsOfMoreThanAThousand() {
    assertEquals(1000, length(EvaluationJson.ofResult(ofClasses(1000)), "classes"));
    Map<String, Object> classes = EvaluationJson.ofResult(ofClasses(1001));
    assertNull(classes.get("classes"));
    assertEquals(0.0, classes.get("accuracy"));
    assertEquals(1000, length(EvaluationJson.ofResult(ofValues(1000)), "targets"));
    Map<String, Object> values = EvaluationJson.ofResult(ofValues(1001));
    assertNull(values.get("targets"));
    assertEquals(0.0, values.get("mae"));
    assertEquals(1001, length(EvaluationJson.of(ofValues(1001)), "targets"));
  }
}
