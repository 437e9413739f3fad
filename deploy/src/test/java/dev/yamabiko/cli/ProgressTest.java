package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressTest {

  /** Two epochs of ten steps. */
  private static final StepPlan PLAN = new StepPlan(100, 10, 2, 2);

  private static final long MILLISECOND = 1_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long now = 77;

  private Progress progress(boolean interactive) {
    return new Progress(
        new PrintStream(bytes, true, StandardCharsets.UTF_8),
        new Terminal(interactive, 100, false),
        PLAN,
        Targets.Classes.numbered(2),
        () -> now);
  }

  private void train(Progress progress, long millisecondsPerStep) {
    progress.onEvent(new RunEvent.RunStarted(2, 0, 0));
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
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0));
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
    progress.onEvent(new RunEvent.RunStarted(1, 0, 0));
    now += 500 * MILLISECOND;
    progress.onEvent(new RunEvent.StepClosed(0, 0, new Statistics(10, 5, 8, 0), 0.1f, Double.NaN));
    progress.onEvent(new RunEvent.RunEnded(null));
    assertTrue(text().endsWith("left\n"), text());
  }
}
