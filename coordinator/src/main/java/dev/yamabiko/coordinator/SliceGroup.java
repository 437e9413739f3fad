package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.coordinator.TrainingRun.Command;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.SliceStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parameter slices of a run's current lineage, as one. */
final class SliceGroup {

  private final RunSettings settings;
  private final ActorContext<Command> context;
  private final ActorRef<RunMessage> run;
  private final List<ActorRef<SliceMessage>> slices = new ArrayList<>();

  /** Added since the last step closed. */
  private final Map<String, ActorRef<WorkerMessage>> newcomers = new TreeMap<>();

  private RunKey key;
  private ClosingSteps steps;

  /**
   * @param run to which they report
   */
  SliceGroup(RunSettings settings, ActorContext<Command> context, ActorRef<RunMessage> run) {
    this.settings = settings;
    this.context = context;
    this.run = run;
    key = settings.key();
  }

  /** With the weights of {@code step}. */
  void begin(List<SliceStep> parts, long step) {
    steps = new ClosingSteps(parts.size(), step);
    for (ParameterSlice.Settings slice : settings.sliceSettings(key, parts, step, run)) {
      String name = "slice-%d-%d".formatted(key.lineage(), slice.slice());
      ActorRef<SliceMessage> ref =
          context.spawn(
              ParameterSlice.create(slice), name, settings.places().apply(slice.slice()).actor());
      context.watchWith(ref, new TrainingRun.SliceLost(slice.slice()));
      slices.add(ref);
    }
    tell(new SliceMessage.MeetPeers(key, slices));
  }

  /** Begins anew with other weights; all that is still under way is fenced off. */
  void beginAgain(List<SliceStep> parts, long step) {
    for (ActorRef<SliceMessage> slice : slices) {
      context.unwatch(slice);
      context.stop(slice);
    }
    slices.clear();
    newcomers.clear();
    key = key.nextLineage();
    begin(parts, step);
  }

  /** Of the lineage. */
  RunKey key() {
    return key;
  }

  int size() {
    return slices.size();
  }

  List<ActorRef<SliceMessage>> refs() {
    return slices;
  }

  /** Their word on each step. */
  ClosingSteps steps() {
    return steps;
  }

  /** All steps before it have closed. */
  long step() {
    return steps.step();
  }

  /** They send this worker their weights, now and after every step. */
  void add(String worker, ActorRef<WorkerMessage> ref) {
    tell(new SliceMessage.AddWorker(key, worker, ref, step()));
    newcomers.put(worker, ref);
  }

  /** A slice that was a step ahead has given newcomers the older weights instead of its newest. */
  void catchUp() {
    newcomers.forEach((worker, ref) -> tell(new SliceMessage.AddWorker(key, worker, ref, step())));
    newcomers.clear();
  }

  void remove(String worker) {
    newcomers.remove(worker);
    tell(new SliceMessage.RemoveWorker(key, worker));
  }

  /** Each answers the run with {@link RunMessage.ShardsMissing}. */
  void reportMissing() {
    tell(new SliceMessage.ReportMissing(key, run));
  }

  /** Each copies its part and answers the run with {@link RunMessage.SliceRead}. */
  void read(Snapshot into) {
    tell(new SliceMessage.ReadSlice(key, step(), into.weights(), into.state(), run));
  }

  private void tell(SliceMessage message) {
    slices.forEach(slice -> slice.tell(message));
  }
}
