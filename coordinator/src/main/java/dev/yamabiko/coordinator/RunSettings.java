package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.job.Job;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.StepPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What a training run begins with.
 *
 * @param workers by name, in the order in which they get shards
 * @param slices how many parts the flat vector is cut into; does not show in the result
 * @param compute where slices do their arithmetic
 */
public record RunSettings(
    RunKey key,
    Job job,
    RunDefinition definition,
    Network network,
    StepPlan plan,
    Optional<EvaluationPlan> validation,
    Map<String, ActorRef<WorkerMessage>> workers,
    int slices,
    Executor compute,
    ActorRef<RunEvent> events) {

  public RunSettings {
    workers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(workers));
    if (workers.isEmpty()) {
      throw new IllegalArgumentException("a run needs at least one worker");
    }
    if (slices < 1 || slices > ChunkGrid.chunks(network.parameterCount())) {
      throw new IllegalArgumentException(
          "slices: expected 1 to %d but found %d"
              .formatted(ChunkGrid.chunks(network.parameterCount()), slices));
    }
  }

  EvaluationPlan evaluationPlan(DataPart data) {
    return switch (data) {
      case TRAIN -> new EvaluationPlan(plan.examples());
      case VALIDATION -> validation.orElseThrow();
    };
  }

  List<ParameterSlice.Settings> sliceSettings(ActorRef<RunMessage> run) {
    float[] initial = network.initialWeights(job.seed());
    List<ParameterSlice.Settings> all = new ArrayList<>();
    for (int k = 0; k < slices; k++) {
      int from = ChunkGrid.sliceFrom(network.parameterCount(), slices, k);
      int to = ChunkGrid.sliceFrom(network.parameterCount(), slices, k + 1);
      SliceStep sliceStep = new SliceStep(initial, from, to, plan, job.optimizer(), job.clipNorm());
      all.add(new ParameterSlice.Settings(key, k, slices, from, plan, sliceStep, run, compute));
    }
    return all;
  }
}
