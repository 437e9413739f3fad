package dev.yamabiko.slices;

import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.Plan;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.NodeMessage.OwnSlices;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkException;
import dev.yamabiko.wire.BulkSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The slices that an owner was given, with their weights and the optimizer's state.
 *
 * @param parts of the owner's range, in order
 */
record OwnedSlices(SlicePlan plan, List<SliceStep> parts) {

  /**
   * As the coordinator's bulk plane gives them; blocks until they are here.
   *
   * @param owner its name
   * @param bulk how it connects
   * @throws BulkException if they do not come
   * @throws JobException if memory does not suffice for them
   */
  static OwnedSlices fetch(OwnSlices task, String owner, BulkSettings bulk) throws BulkException {
    Job job = JobFile.parse(task.definition().job(), "job.conf", Path.of(""), List.of());
    Network network = job.model().build(new Shape(task.inputShape()));
    StepPlan steps = new StepPlan(task.examples(), job.batchSize(), job.shards(), job.epochs());
    SlicePlan plan = new SlicePlan(job, network, steps, task.slices().of(), task.rollbacks());
    try {
      return new OwnedSlices(plan, parts(plan, task, owner, bulk));
    } catch (OutOfMemoryError e) {
      int floats = plan.from(task.slices().to()) - plan.from(task.slices().from());
      Plan whole = new Plan(job, network, task.examples(), 0, 1);
      long heap = Runtime.getRuntime().maxMemory();
      throw new JobException(HeapNeed.exceededBySlices(whole, floats, heap), e);
    }
  }

  private static List<SliceStep> parts(
      SlicePlan plan, OwnSlices task, String owner, BulkSettings bulk) throws BulkException {
    List<SliceStep> parts = new ArrayList<>();
    try (BulkClient coordinator =
        BulkClient.open(
            task.bulkHost(),
            task.bulkPort(),
            task.token(),
            SlicePieces.key(task.key()),
            owner,
            PiecesOnly.INSTANCE,
            bulk)) {
      for (int slice = task.slices().from(); slice < task.slices().to(); slice++) {
        SliceStep part = plan.alone(slice);
        new SlicePieces(part.vectors(task.step()), 0, part.length())
            .fetch(coordinator, SlicePieces.beginning(slice));
        parts.add(part);
      }
    }
    return parts;
  }
}
