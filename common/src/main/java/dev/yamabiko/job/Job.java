package dev.yamabiko.job;

import dev.yamabiko.data.DataSpec;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.optim.Optimizer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a user submits, parsed and checked as far as the file alone can tell.
 *
 * @param clipNorm the gradient's global norm is scaled down to this where it is larger
 * @param checkpointEverySteps how often a checkpoint is asked for
 * @param resolved the whole job as HOCON: settings applied, paths absolute
 * @param places where it was written; plays no part in comparing jobs
 */
public record Job(
    String name,
    long seed,
    DataSpec data,
    List<LayerSpec> model,
    Loss loss,
    Optimizer optimizer,
    OptionalDouble clipNorm,
    int batchSize,
    int shards,
    int epochs,
    OptionalLong checkpointEverySteps,
    String resolved,
    Places places) {

  public Job {
    model = List.copyOf(model);
  }

  /** A job that was not read from a file. */
  public Job(
      String name,
      long seed,
      DataSpec data,
      List<LayerSpec> model,
      Loss loss,
      Optimizer optimizer,
      OptionalDouble clipNorm,
      int batchSize,
      int shards,
      int epochs,
      OptionalLong checkpointEverySteps,
      String resolved) {
    this(
        name,
        seed,
        data,
        model,
        loss,
        optimizer,
        clipNorm,
        batchSize,
        shards,
        epochs,
        checkpointEverySteps,
        resolved,
        Places.UNKNOWN);
  }
}
