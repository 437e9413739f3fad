package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunOutcome;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SummaryTest {

  private static RunResult result(
      RunOutcome.Status status, double loss, double accuracy, double rmse, String weights) {
    return result(status, loss, accuracy, rmse, weights, Optional.empty());
  }

  private static RunResult result(
      RunOutcome.Status status,
      double loss,
      double accuracy,
      double rmse,
      String weights,
      Optional<Map<String, Object>> evaluation) {
    return result(status, 470, loss, accuracy, rmse, weights, evaluation);
  }

  private static RunResult result(
      RunOutcome.Status status,
      long stepsHere,
      double loss,
      double accuracy,
      double rmse,
      String weights,
      Optional<Map<String, Object>> evaluation) {
    return new RunResult(
        "digits",
        status,
        1,
        470,
        2,
        loss,
        loss / 2,
        accuracy,
        rmse,
        evaluation,
        Double.NaN,
        Optional.ofNullable(weights),
        "",
        stepsHere,
        60_000,
        60_000,
        12.34,
        12_810,
        OptionalInt.empty(),
        0,
        Path.of("/runs/d"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void shouldSumUpAClassification() {
    assertEquals(
        """
        (curve)
        digits completed: 1 epoch, 470 steps in 12.3 s, 4,862 samples/s, 2 workers
          train       loss 0.04000
          validation  loss 0.02000  accuracy 98.44 %
          weights     sha256 abc
          model       /runs/d/model.safetensors
          directory   /runs/d
        """,
        Summary.of(
            result(RunOutcome.Status.COMPLETED, 0.04, 0.98437, Double.NaN, "abc"),
            Optional.empty(),
            "(curve)\n",
            Optional.of(Path.of("/runs/d/model.safetensors"))));
  }

  @Test
  void shouldSayHowManyStepsTheTimeIsOfWhereTheRunWentOnHere() {
    RunResult resumed =
        result(
            RunOutcome.Status.COMPLETED,
            1,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            null,
            Optional.empty());
    assertEquals(
        "digits completed: 1 epoch, 470 steps; 1 step here in 12.3 s, 4,862 samples/s, 2 workers\n",
        Summary.of(resumed, Optional.empty(), ""));
  }

  @Test
  void shouldShowTheFiguresOfAFewClasses() {
    Map<String, Object> evaluation =
        CanonicalJson.object(
            """
            {"accuracy":0.75,"macro_f1":0.7333,"roc_auc":0.875,"classes":[
            {"name":"no","precision":0.5,"recall":1.0,"f1":0.6667,"support":1},
            {"name":"yes","precision":1.0,"recall":0.6667,"f1":0.8,"support":3}]}""");
    assertEquals(
        """
          train       loss 0.04000
          validation  loss 0.02000  accuracy 75.00 %  roc-auc 0.8750
                      class          precision  recall      f1  examples
                      no                0.5000  1.0000  0.6667         1
                      yes               1.0000  0.6667  0.8000         3
                      macro average     0.7500  0.8334  0.7334         4
          weights     sha256 abc
        """,
        Summary.of(
                result(
                    RunOutcome.Status.COMPLETED,
                    0.04,
                    0.75,
                    Double.NaN,
                    "abc",
                    Optional.of(evaluation)),
                Optional.empty(),
                "")
            .lines()
            .skip(1)
            .map(line -> line + "\n")
            .reduce("", String::concat));
  }

  @Test
  void shouldCompareARegressionWithItsBaseline() {
    String summary =
        Summary.of(
            result(RunOutcome.Status.COMPLETED, 0.4, Double.NaN, 2.21, "abc"),
            Optional.of(new LoadedData.Baseline("same as the row before", 2.54)),
            "",
            Optional.empty());
    assertEquals(
        """
          validation  loss 0.2000  rmse 2.210
          baseline    same as the row before: rmse 2.540; this model 2.210, 13.0 % lower
        """,
        summary.lines().skip(2).limit(2).map(line -> line + "\n").reduce("", String::concat));
  }

  @Test
  void shouldSayOnlyWhatIsKnownOfAFailure() {
    assertEquals(
        """
        digits failed: 1 epoch, 470 steps in 12.3 s, 4,862 samples/s, 2 workers
          directory   /runs/d
        """,
        Summary.of(
            result(RunOutcome.Status.FAILED, Double.NaN, Double.NaN, Double.NaN, null),
            Optional.of(new LoadedData.Baseline("same as the row before", 2.54)),
            "",
            Optional.empty()));
  }
}
