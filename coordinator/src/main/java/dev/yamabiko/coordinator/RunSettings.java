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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What a training run begins with.
 *
 * @param workers by name, in the order in which they get shards
 * @param slices of the flat vector, in order; their number does not show in the result
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
    List<SliceStep> slices,
    Executor compute,
    ActorRef<RunEvent> events) {

  public RunSettings {
    workers = Collections.unmodifiableMap(new LinkedHashMap<>(workers));
    if (workers.isEmpty()) {
      throw new IllegalArgumentException("a run needs at least one worker");
    }
    slices = List.copyOf(slices);
  }

  /**
   * weights[0], cut into slices with their optimizer's state: most of what a run allocates.
   *
   * @throws IllegalArgumentException if there are more slices than chunks of the grid
   */
  public static List<SliceStep> initialSlices(Job job, Network network, StepPlan plan, int slices) {
    int parameters = network.length();
    if (slices < 1 || slices > ChunkGrid.chunks(parameters)) {
      throw new IllegalArgumentException(
          "slices: expected 1 to %d but found %d".formatted(ChunkGrid.chunks(parameters), slices));
    }
    float[] initial = network.initialWeights(job.seed());
    List<SliceStep> all = new ArrayList<>();
    for (int k = 0; k < slices; k++) {
      int from = ChunkGrid.sliceFrom(parameters, slices, k);
      int to = ChunkGrid.sliceFrom(parameters, slices, k + 1);
      all.add(new SliceStep(initial, from, to, plan, job.update(), network.regions()));
    }
    return all;
  }

  EvaluationPlan evaluationPlan(DataPart data) {
    return switch (data) {
      case TRAIN -> new EvaluationPlan(plan.examples());
      case VALIDATION -> validation.orElseThrow();
    };
  }

  List<ParameterSlice.Settings> sliceSettings(ActorRef<RunMessage> run) {
    List<ParameterSlice.Settings> all = new ArrayList<>();
    int from = 0;
    for (SliceStep slice : slices) {
      all.add(
          new ParameterSlice.Settings(
              key, all.size(), slices.size(), from, plan, slice, network, run, compute));
      from += slice.length();
    }
    return all;
  }
}
