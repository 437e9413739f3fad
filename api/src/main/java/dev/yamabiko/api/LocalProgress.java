package dev.yamabiko.api;

import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.StepPlan;
import java.util.Optional;

/** Tells a listener of a run in this JVM. */
final class LocalProgress implements RunListener {

  private final ProgressListener listener;
  private final StepPlan plan;
  private final Targets targets;

  LocalProgress(ProgressListener listener, StepPlan plan, Targets targets) {
    this.listener = listener;
    this.plan = plan;
    this.targets = targets;
  }

  @Override
  public void onEvent(RunEvent event) {
    if (event instanceof RunEvent.StepClosed closed) {
      listener.onStep(
          new Progress(
              closed.step() + 1,
              plan.steps(),
              closed.epoch() + 1,
              plan.epochs(),
              Metrics.of(closed.statistics(), targets),
              Optional.empty()));
    } else if (event instanceof RunEvent.EpochClosed closed) {
      listener.onEpoch(
          new Progress(
              closed.step(),
              plan.steps(),
              closed.epoch() + 1,
              plan.epochs(),
              Metrics.of(closed.train(), targets),
              closed.validation().map(statistics -> Metrics.of(statistics, targets))));
    } else if (event instanceof RunEvent.RolledBack back) {
      listener.onNotice(
          "%s; going back to step %d, learning rate x %s"
              .formatted(back.reason(), back.to().step(), back.rateScale()));
    }
  }
}
