package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.data.LoadedData;
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
