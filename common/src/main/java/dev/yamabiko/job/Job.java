package dev.yamabiko.job;

import com.typesafe.config.ConfigFactory;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.step.Communication;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.UpdateRule;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a user submits, parsed and checked as far as the file alone can tell.
 *
 * @param selection which epoch's weights are the best ones, and when to stop looking for better
 * @param rollback what a run does that diverges; it stops where this is empty
 * @param workers of a cluster; on a single node the command says how many
 * @param tensorBoard plays no part in what a run computes
 * @param extensions SHA-256 of those that it was made with, by category and kind: "layer.swish"
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
    Communication communication,
    int batchSize,
    int shards,
    int epochs,
    Checkpoints checkpoints,
    Optional<Selection> selection,
    Optional<Rollback> rollback,
    WorkerCount workers,
    TensorBoard tensorBoard,
    Map<String, String> extensions,
    String resolved,
    Places places) {

  /** More than workers can be told apart by; a control message can name each of them. */
  public static final int MOST_SHARDS = 8192;

  public Job {
    extensions = Collections.unmodifiableSortedMap(new TreeMap<>(extensions));
  }

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
        Communication.EXACT,
        batchSize,
        shards,
        epochs,
        Checkpoints.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        WorkerCount.DEFAULT,
        TensorBoard.DEFAULT,
        Map.of(),
        resolved,
        Places.UNKNOWN);
  }

  /** Every file and directory that the job reads, absolute, by the key that names it. */
  public Map<String, Path> paths() {
    return JobParser.paths(data, model);
  }

  /**
   * {@link #resolved} with other names for its files.
   *
   * @param names by some of the keys of {@link #paths}
   */
  public String resolved(Map<String, String> names) {
    return JobParser.with(ConfigFactory.parseString(resolved).root(), names);
  }

  /** What is minimised with this network, which is the job's. */
  public Objective objective(Network network) {
    return new Objective(network, loss, seed, data.augment(), communication);
  }

  public Optimizer optimizer() {
    return update.optimizer();
  }
}
