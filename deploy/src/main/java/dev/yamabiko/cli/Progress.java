package dev.yamabiko.cli;

import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * Tells people how a run goes. A terminal shows one bar per epoch, redrawn in place at most ten
 * times a second; elsewhere each epoch is a line, and a long epoch says every 30 s that it lives.
 */
final class Progress implements RunListener {

  private static final long REDRAW = 100_000_000L;
  private static final long SIGN_OF_LIFE = 30_000_000_000L;

  private final PrintStream err;
  private final Terminal terminal;
  private final StepPlan plan;
  private final ProgressLine line;
  private final LongSupplier nanoTime;
  private final SampleRate rate = new SampleRate();

  private long samples;
  private long epochSamples;
  private long epochBegan;
  private long lastShown;
  private Statistics train;
  private int drawn;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Progress(
      PrintStream err, Terminal terminal, StepPlan plan, Targets targets, LongSupplier nanoTime) {
    this.err = err;
    this.terminal = terminal;
    this.plan = plan;
    this.nanoTime = nanoTime;
    line = new ProgressLine(plan.epochs(), plan.stepsPerEpoch(), targets);
  }

  @Override
  public void onEvent(RunEvent event) {
    long now = nanoTime.getAsLong();
    if (event instanceof RunEvent.RunStarted) {
      rate.at(now, 0);
      epochBegan = now;
      lastShown = now;
    } else if (event instanceof RunEvent.StepClosed closed) {
      onStep(closed, now);
    } else if (event instanceof RunEvent.EpochClosed closed) {
      onEpoch(closed, now);
    } else if (event instanceof RunEvent.RolledBack back) {
      goBack(back.reason(), back.to().step(), back.rateScale());
    } else if (event instanceof RunEvent.RunEnded) {
      leaveBar();
    }
  }

  /** What comes after this step is taken anew. */
  void goBack(String reason, long step, double rateScale) {
    leaveBar();
    err.println(
        "yamabiko: %s; going back to step %d, learning rate x %s"
            .formatted(reason, step, rateScale));
    train = null;
    epochSamples = 0;
  }

  private void onStep(RunEvent.StepClosed closed, long now) {
    train = train == null ? closed.statistics() : train.plus(closed.statistics());
    samples += closed.statistics().examples();
    epochSamples += closed.statistics().examples();
    rate.at(now, samples);
    if (now - lastShown >= (terminal.interactive() ? REDRAW : SIGN_OF_LIFE)) {
      lastShown = now;
      show(moment(closed));
    }
  }

  private ProgressLine.Moment moment(RunEvent.StepClosed closed) {
    int taken = (int) (closed.step() % plan.stepsPerEpoch()) + 1;
    long inEpochs = (long) (plan.epochs() - closed.epoch()) * plan.examples();
    double secondsLeft = (inEpochs - epochSamples) / rate.perSecond();
    return new ProgressLine.Moment(closed.epoch(), taken, train, rate.perSecond(), secondsLeft);
  }

  private void show(ProgressLine.Moment moment) {
    if (terminal.interactive()) {
      draw(line.bar(moment, terminal.columns(), terminal.unicode()));
    } else {
      err.println(line.within(moment));
    }
  }

  private void onEpoch(RunEvent.EpochClosed closed, long now) {
    double seconds = (now - epochBegan) / 1e9;
    String text =
        line.epochEnd(
            closed.epoch(), closed.train(), closed.validation(), epochSamples / seconds, seconds);
    if (terminal.interactive()) {
      draw(text);
      leaveBar();
    } else {
      err.println(text);
    }
    train = null;
    epochSamples = 0;
    epochBegan = now;
    lastShown = now;
  }

  /** Over what was drawn before, blanks up to its end. */
  private void draw(String text) {
    err.print("\r" + text + " ".repeat(Math.max(0, drawn - text.length())));
    err.flush();
    drawn = text.length();
  }

  void leaveBar() {
    if (drawn > 0) {
      err.println();
      drawn = 0;
    }
  }
}
