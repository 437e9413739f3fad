package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.slices.ParameterSlice.Settings;
import dev.yamabiko.step.SliceStep;
import java.util.LinkedHashMap;
import java.util.Map;

/** The workers that hear of a slice's new weights, and what they get: by reference. */
final class SliceBroadcast {

  private final Settings settings;
  private final SliceStep sliceStep;
  private final Map<String, ActorRef<WorkerMessage>> workers = new LinkedHashMap<>();

  SliceBroadcast(Settings settings) {
    this.settings = settings;
    sliceStep = settings.sliceStep();
  }

  void add(String worker, ActorRef<WorkerMessage> ref) {
    workers.put(worker, ref);
  }

  void remove(String worker) {
    workers.remove(worker);
  }

  /** To all, weights[step]. */
  void send(long step) {
    WorkerMessage weights = weights(step);
    BroadcastEvent broadcast = new BroadcastEvent();
    broadcast.begin();
    workers.values().forEach(worker -> worker.tell(weights));
    broadcast.done(settings.slice(), step, workers.size(), sliceStep.length());
  }

  /** This slice of weights[step], which is whole. */
  WorkerMessage weights(long step) {
    FloatSegment segment =
        new FloatSegment(
            sliceStep.weights(step),
            sliceStep.weightsAt(),
            sliceStep.length(),
            sliceStep.narrowWeights(step));
    return new WorkerMessage.InstallWeights(settings.key(), step, settings.slice(), segment);
  }
}
