package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Tells people how a run goes. A terminal shows one bar per epoch, redrawn in place at most ten
 * times a second, and lines below it if there are any; elsewhere each epoch is a line, and a long
 * epoch says every 30 s that it lives.
 */
final class Progress implements RunListener {

  private static final long REDRAW = 100_000_000L;
  private static final long SIGN_OF_LIFE = 30_000_000_000L;

  private final PrintStream err;
  private final Terminal terminal;
  private final ProgressLine line;
  private final LongSupplier nanoTime;
  private final long blur;
  private final LiveLines live;

  private SampleRate rate = new SampleRate();
  private long samples;
  private long steps;
  private long epochSamples;
  private long epochBegan;
  private boolean wholeEpoch = true;
  private long lastShown;
  private Statistics train;
  private String bar = "";
  private List<String> below = List.of();

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  Progress(PrintStream err, Terminal terminal, ProgressLine line, LongSupplier nanoTime) {
    this(err, terminal, line, nanoTime, 0);
  }

  /**
   * @param blur nanoseconds by which events may be late, each by others: no speed is known of an
   *     epoch that took less
   */
  Progress(
      PrintStream err, Terminal terminal, ProgressLine line, LongSupplier nanoTime, long blur) {
    this.err = err;
    this.terminal = terminal;
    this.line = line;
    this.nanoTime = nanoTime;
    this.blur = blur;
    live = new LiveLines(err);
  }

  /** Of a run in this JVM. */
  static Progress of(CheckedJob checked, Session session) {
    StepPlan plan = checked.plan(1).steps();
    return new Progress(
        session.err(),
        session.terminal(),
        new ProgressLine(plan.epochs(), plan.stepsPerEpoch(), checked.data().train().targets()),
        System::nanoTime);
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
      leave();
    }
  }

  /** What comes after this step is taken anew. */
  void goBack(String reason, long step, double rateScale) {
    leave();
    err.println(
        "yamabiko: %s; going back to step %d, learning rate x %s"
            .formatted(reason, step, rateScale));
    train = null;
    epochSamples = 0;
  }

  /** A step that was taken before anybody looked: it counts, but nothing is known of its speed. */
  void past(RunEvent.StepClosed closed) {
    count(closed.statistics());
    unmeasured();
  }

  /** What passed since the last step was no training, or training that counts already. */
  void unmeasured() {
    wholeEpoch = false;
    rate = new SampleRate();
    rate.at(nanoTime.getAsLong(), samples);
    measureAnew();
  }

  private void measureAnew() {
    epochSamples = 0;
    epochBegan = nanoTime.getAsLong();
  }

  /**
   * @param shown whether it is worth a line
   */
  void past(RunEvent.EpochClosed closed, boolean shown) {
    if (shown) {
      above(line.epochEnd(closed.epoch(), closed.train(), closed.validation()));
    }
    train = null;
    wholeEpoch = true;
    measureAnew();
  }

  private void count(Statistics step) {
    train = train == null ? step : train.plus(step);
  }

  private void onStep(RunEvent.StepClosed closed, long now) {
    count(closed.statistics());
    steps++;
    samples += closed.statistics().examples();
    epochSamples += closed.statistics().examples();
    rate.at(now, samples);
    if (now - lastShown >= (terminal.interactive() ? REDRAW : SIGN_OF_LIFE)) {
      lastShown = now;
      show(moment(closed));
    }
  }

  private ProgressLine.Moment moment(RunEvent.StepClosed closed) {
    int taken = (int) (closed.step() % line.stepsPerEpoch()) + 1;
    long stepsLeft = (long) (line.epochs() - closed.epoch()) * line.stepsPerEpoch() - taken;
    double secondsLeft = (double) stepsLeft * samples / steps / rate.perSecond();
    return new ProgressLine.Moment(closed.epoch(), taken, train, rate.perSecond(), secondsLeft);
  }

  private void show(ProgressLine.Moment moment) {
    if (terminal.interactive()) {
      bar = line.bar(moment, terminal.columns(), terminal.unicode());
      draw();
    } else {
      err.println(line.within(moment));
    }
  }

  private void onEpoch(RunEvent.EpochClosed closed, long now) {
    String text = ended(closed, now - epochBegan);
    if (terminal.interactive()) {
      live.draw(List.of(text));
      leave();
      if (!below.isEmpty() && closed.epoch() + 1 < line.epochs()) {
        bar = line.bar(closed.epoch() + 1, terminal.columns(), terminal.unicode());
        draw();
      }
    } else {
      err.println(text);
    }
    train = null;
    wholeEpoch = true;
    epochSamples = 0;
    epochBegan = now;
    lastShown = now;
  }

  private String ended(RunEvent.EpochClosed closed, long nanos) {
    if (epochSamples == 0 || nanos < blur) {
      return line.epochEnd(closed.epoch(), closed.train(), closed.validation());
    }
    double seconds = nanos / 1e9;
    double perSecond = epochSamples / seconds;
    return wholeEpoch
        ? line.epochEnd(closed.epoch(), closed.train(), closed.validation(), perSecond, seconds)
        : line.epochEnd(closed.epoch(), closed.train(), closed.validation(), perSecond);
  }

  /** These lines stand below the bar from now on, if the terminal can do that. */
  void below(List<String> lines) {
    if (terminal.steerable()) {
      below = lines;
      if (!bar.isEmpty()) {
        draw();
      }
    }
  }

  private void draw() {
    List<String> lines = new ArrayList<>(below);
    lines.add(0, bar);
    live.draw(lines);
  }

  /** A line for good. */
  void above(String text) {
    live.above(text);
  }

  /** The bar stays as it is, and what comes next stands below it. */
  void leave() {
    live.leave();
    bar = "";
  }
}
