package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

  private static final ProgressLine CLASSES =
      new ProgressLine(12, 94, Targets.Classes.numbered(10));
  private static final ProgressLine VALUES =
      new ProgressLine(3, 10, new Targets.Values(List.of(Targets.Value.plain("t"))));
  private static final Statistics TRAIN = new Statistics(1000, 123.4, 964, 4000);
  private static final ProgressLine.Moment MOMENT =
      new ProgressLine.Moment(1, 47, TRAIN, 8123.4, 42.3);

  @Test
  void shouldSayWhereTheEpochStands() {
    assertEquals(
        "epoch  2/12  step 47/94  loss 0.1234  accuracy 96.40 %  8,123 samples/s  0:42 left",
        CLASSES.within(MOMENT));
  }

  @Test
  void shouldSayHowTheEpochEnded() {
    assertEquals(
        "epoch  2/12  loss 0.1234  accuracy 96.40 %  validation loss 0.2000  accuracy 50.00 %"
            + "  8,123 samples/s  3.4 s",
        CLASSES.epochEnd(1, TRAIN, Optional.of(new Statistics(10, 2, 5, 0)), 8123, 3.44));
  }

  @Test
  void shouldShowRmseOfARegressionWithoutValidation() {
    assertEquals(
        "epoch 1/3  loss 0.1234  rmse 2.000  10 samples/s  1:05",
        VALUES.epochEnd(0, TRAIN, Optional.empty(), 10, 65));
  }

  @Test
  void shouldDrawBarAsWideAsThereIsRoom() {
    String tail = "  loss 0.1234  accuracy 96.40 %  8,123 samples/s  0:42 left";
    assertEquals(
        "epoch  2/12 ▕" + "█".repeat(12) + " ".repeat(12) + "▏" + tail,
        CLASSES.bar(MOMENT, 120, true));
    assertEquals("epoch  2/12 ▕██▌  ▏" + tail, CLASSES.bar(MOMENT, 80, true));
    assertEquals("epoch  2/12 [##---]" + tail, CLASSES.bar(MOMENT, 80, false));
  }

  @Property(tries = 200)
  void shouldNeverBeAsWideAsTheTerminal(@ForAll @IntRange(min = 1, max = 200) int columns) {
    assertTrue(CLASSES.bar(MOMENT, columns, true).length() < columns);
    assertTrue(CLASSES.bar(MOMENT, columns, false).length() < columns);
  }

  @Test
  void shouldShowDashesForWhatIsNotKnownYet() {
    ProgressLine.Moment first =
        new ProgressLine.Moment(0, 1, new Statistics(1, Double.NaN, 0, 0), Double.NaN, Double.NaN);
    assertEquals(
        "epoch  1/12  step 1/94  loss -  accuracy 0.00 %  - samples/s  -:-- left",
        CLASSES.within(first));
  }
}
