package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final long MILLISECOND = 1_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long now = 77;

  /** Two epochs of ten steps. */
  private Progress progress(boolean interactive) {
    return new Progress(
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        new Terminal(interactive, 100, false),
        new ProgressLine(2, 10, Targets.Classes.numbered(2)),
        () -> now);
  }

  private void train(Progress progress, long millisecondsPerStep) {
    progress.onEvent(new RunEvent.RunStarted(2, 0, 0, 0));
    for (int step = 0; step < 20; step++) {
      now += millisecondsPerStep * MILLISECOND;
      Statistics batch = new Statistics(10, 5, 8, 0);
      progress.onEvent(new RunEvent.StepClosed(step, step / 10, batch, 0.1f, Double.NaN));
      if (step % 10 == 9) {
        progress.onEvent(
            new RunEvent.EpochClosed(
                step / 10, step + 1, new Statistics(100, 50, 80, 0), Optional.empty()));
      }
    }
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldPrintOneLinePerEpochOnAPipe() {
    train(progress(false), 100);
    assertEquals(
        """
        epoch 1/2  loss 0.5000  accuracy 80.00 %  100 samples/s  1.0 s
        epoch 2/2  loss 0.5000  accuracy 80.00 %  100 samples/s  1.0 s
        """,
        text());
  }

  @Test
  void shouldPrintSignsOfLifeWithinALongEpochOnAPipe() {
    train(progress(false), 10_000);
    assertEquals(
        """
        epoch 1/2  step 3/10  loss 0.5000  accuracy 80.00 %  1 samples/s  2:50 left
        epoch 1/2  step 6/10  loss 0.5000  accuracy 80.00 %  1 samples/s  2:20 left
        epoch 1/2  step 9/10  loss 0.5000  accuracy 80.00 %  1 samples/s  1:50 left
        epoch 1/2  loss 0.5000  accuracy 80.00 %  1 samples/s  1:40
        """,
        text().lines().limit(4).map(line -> line + "\n").reduce("", String::concat));
  }

  @Test
  void shouldRedrawAtMostTenTimesASecondOnATerminal() {
    train(progress(true), 30);
    long drawn = text().chars().filter(c -> c == '\r').count();
    // 0.6 s: four times 100 ms or more within steps, and both epochs' ends.
    assertTrue(drawn >= 4 && drawn <= 8, drawn + " times:\n" + text());
    assertEquals(
        2, text().lines().filter(line -> line.stripTrailing().endsWith("0.3 s")).count(), text());
  }

  @Test
  void shouldCoverWhatWasDrawnBefore() {
    Progress progress = progress(true);
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    for (double loss : new double[] {0.00001, 1}) {
      now += 200 * MILLISECOND;
      Statistics batch = new Statistics(10, 10 * loss, 8, 0);
      progress.onEvent(new RunEvent.StepClosed(0, 0, batch, 0.1f, Double.NaN));
    }
    String[] drawn = text().split("\r");
    assertTrue(drawn[1].contains("1.000e-05"), drawn[1]);
    assertTrue(drawn[2].contains("0.5000"), drawn[2]);
    assertEquals(drawn[1].length(), drawn[2].length());
  }

  @Test
  void shouldLeaveTheBarWhenTheRunEndsWithinAnEpoch() {
    Progress progress = progress(true);
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    now += 500 * MILLISECOND;
    progress.onEvent(new RunEvent.StepClosed(0, 0, new Statistics(10, 5, 8, 0), 0.1f, Double.NaN));
    progress.onEvent(new RunEvent.RunEnded(null));
    assertTrue(text().endsWith("left\n"), text());
  }

  private Progress steerable(int columns) {
    return new Progress(
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        new Terminal(true, columns, 24, false, true, Ink.PLAIN, Ink.PLAIN),
        new ProgressLine(2, 10, Targets.Classes.numbered(2)),
        () -> now);
  }

  private void step(Progress progress, int step) {
    now += 200 * MILLISECOND;
    Statistics batch = new Statistics(10, 5, 8, 0);
    progress.onEvent(new RunEvent.StepClosed(step, step / 10, batch, 0.1f, Double.NaN));
  }

  private void epoch(Progress progress, int epoch) {
    Statistics train = new Statistics(100, 50, 80, 0);
    progress.onEvent(new RunEvent.EpochClosed(epoch, 10 * epoch + 10, train, Optional.empty()));
  }

  @Test
  void shouldKeepLinesBelowTheBar() {
    Progress progress = steerable(100);
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    progress.below(List.of("head", "one"));
    step(progress, 0);
    String bar = "epoch 1/2 [##----------------------]  loss 0.5000  accuracy 80.00 %";
    assertEquals(List.of(bar + "  50 samples/s  0:04 left", "head", "one"), screen());
    progress.above("yamabiko: worker two was lost");
    progress.below(List.of("head"));
    assertEquals(
        List.of("yamabiko: worker two was lost", bar + "  50 samples/s  0:04 left", "head"),
        screen());
  }

  @Test
  void shouldPutAnEpochsEndInPlaceOfItsBarAndBeginTheNextBelow() {
    Progress progress = steerable(100);
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    progress.below(List.of("head", "one"));
    step(progress, 9);
    epoch(progress, 0);
    String end = "epoch %d/2  loss 0.5000  accuracy 80.00 %%  50 samples/s  0.2 s";
    assertEquals(
        List.of(end.formatted(1), "epoch 2/2 [------------------------]", "head", "one"), screen());
    step(progress, 19);
    epoch(progress, 1);
    progress.leave();
    assertEquals(List.of(end.formatted(1), end.formatted(2)), screen());
  }

  @Test
  void shouldWriteOnlyTheLinesThatChanged() {
    Progress progress = steerable(100);
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    progress.below(List.of("head", "one", "two"));
    step(progress, 0);
    bytes.reset();
    step(progress, 1);
    assertTrue(!text().contains("head") && !text().contains("one"), text());
  }

  @Test
  void shouldShowNothingBelowTheBarWhereTheCursorCannotMove() {
    Progress progress = progress(true);
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    progress.below(List.of("head"));
    step(progress, 0);
    progress.above("yamabiko: worker two was lost");
    assertTrue(!text().contains("\u001b") && !text().contains("head"), text());
    assertEquals("yamabiko: worker two was lost", screen().get(0));
    assertTrue(screen().get(1).endsWith("0:04 left"), text());
  }

  @Test
  void shouldCountWhatWasBeforeAnybodyLookedButNotItsTime() {
    Progress progress = progress(false);
    progress.onEvent(new RunEvent.RunStarted(1, 12, 0, 1));
    progress.past(
        new RunEvent.EpochClosed(0, 10, new Statistics(100, 50, 80, 0), Optional.empty()), true);
    progress.past(new RunEvent.StepClosed(10, 1, new Statistics(10, 5, 8, 0), 0.1f, Double.NaN));
    for (int step = 11; step < 20; step++) {
      step(progress, step);
    }
    epoch(progress, 1);
    assertEquals(
        """
        epoch 1/2  loss 0.5000  accuracy 80.00 %
        epoch 2/2  loss 0.5000  accuracy 80.00 %  50 samples/s
        """,
        text());
  }

  private List<String> screen() {
    return Screen.lines(text());
  }
}
