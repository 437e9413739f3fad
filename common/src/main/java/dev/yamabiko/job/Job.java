package dev.yamabiko.job;

import dev.yamabiko.data.DataSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.step.UpdateRule;
import java.util.Optional;

/**
 * What a user submits, parsed and checked as far as the file alone can tell.
 *
 * @param selection which epoch's weights are the best ones, and when to stop looking for better
 * @param rollback what a run does that diverges; it stops where this is empty
 * @param workers of a cluster; on a single node the command says how many
 * @param resolved the whole job as HOCON: settings applied, paths absolute
 * @param places where it was written; plays no part in comparing jobs
 */
public record Job(
    String name,
    long seed,
    DataSpec data,
    ModelSpec model,
    Loss loss,
    UpdateRule update,
    int batchSize,
    int shards,
    int epochs,
    Checkpoints checkpoints,
    Optional<Selection> selection,
    Optional<Rollback> rollback,
    WorkerCount workers,
    String resolved,
    Places places) {

  /** A job that was not read from a file and keeps nothing but its last weights. */
  public Job(
      String name,
      long seed,
      DataSpec data,
      ModelSpec model,
      Loss loss,
      UpdateRule update,
      int batchSize,
      int shards,
      int epochs,
      String resolved) {
    this(
        name,
        seed,
        data,
        model,
        loss,
        update,
        batchSize,
        shards,
        epochs,
        Checkpoints.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        WorkerCount.DEFAULT,
        resolved,
        Places.UNKNOWN);
  }

  public Optimizer optimizer() {
    return update.optimizer();
  }
}
