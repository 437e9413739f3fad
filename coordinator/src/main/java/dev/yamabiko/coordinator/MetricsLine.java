package dev.yamabiko.coordinator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.SampleHash;
import dev.yamabiko.step.Statistics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The lines of {@code metrics.jsonl}, one for each step and one for each epoch, both counted from 0
 * as everywhere else. They hold nothing that time, machine or the number of workers decides: equal
 * runs write equal bytes. A cluster adds lines of their own that begin with {@code "wire"}.
 */
public record MetricsLine(Targets targets) {

  /** Loss and metric of the step's batch, with the weights before the step. */
  public String of(RunEvent.StepClosed closed) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", closed.step());
    line.put("epoch", closed.epoch());
    line.put("examples", closed.statistics().examples());
    put(line, "train", closed.statistics());
    line.put("learning_rate", closed.learningRate());
    if (!Double.isNaN(closed.gradientNorm())) {
      line.put("gradient_norm", closed.gradientNorm());
    }
    return CanonicalJson.of(line);
  }

  /** The epoch's batches, each with the weights of its step; validation at the epoch's end. */
  public String of(RunEvent.EpochClosed closed) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("epoch", closed.epoch());
    line.put("steps", closed.step());
    line.put("examples", closed.train().examples());
    line.put("sample_hash", SampleHash.text(closed.train().sampleHash()));
    put(line, "train", closed.train());
    closed.validation().ifPresent(validation -> put(line, "validation", validation));
    return CanonicalJson.of(line);
  }

  /**
   * The steps before {@code to_step} stand above this line, the ones that were taken anew below it.
   */
  public String of(RunEvent.RolledBack back) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("rollback", back.to().rollbacks());
    line.put("diverged_step", back.step());
    line.put("to_step", back.to().step());
    line.put("learning_rate_scale", back.rateScale());
    return CanonicalJson.of(line);
  }

  /**
   * What a cluster's epoch took on the wire: all weights and contributions, with frame overhead;
   * dataset blocks apart. And how each worker kept up.
   *
   * @param steps taken since the line before; an epoch that a resumed run has gone on with has
   *     fewer than it holds
   * @param paces as far as they have been told: a worker's last lease may count to the next epoch
   */
  static String ofWire(
      int epoch,
      long steps,
      Map<String, WireVolume.Volume> perWorker,
      Map<String, WorkerPace> paces) {
    WireVolume.Volume all =
        perWorker.values().stream().reduce(WireVolume.Volume.NONE, WireVolume.Volume::plus);
    Map<String, Object> workers = new LinkedHashMap<>();
    perWorker.forEach(
        (worker, volume) -> {
          Map<String, Object> own = new LinkedHashMap<>();
          own.put("up", volume.up());
          own.put("down", volume.down());
          own.put("steps", volume.steps());
          WorkerPace pace = paces.getOrDefault(worker, WorkerPace.NONE);
          own.put("samples_per_second", pace.speed());
          own.put("reissued", pace.reissued());
          workers.put(worker, own);
        });
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("wire", epoch);
    line.put("steps", steps);
    line.put("bytes_up", all.up());
    line.put("bytes_down", all.down());
    line.put("bytes_dataset", all.dataset());
    line.put("per_worker", workers);
    return CanonicalJson.of(line);
  }

  /** Whether a line of the file belongs to a run that has come as far as this. */
  public static boolean belongsTo(Position position, JsonNode line) {
    if (line.has("rollback")) {
      return line.path("rollback").asInt() <= position.rollbacks();
    }
    if (line.has("wire")) {
      return line.path("wire").asInt() < position.epochs();
    }
    return line.has("step")
        ? line.path("step").asLong() < position.step()
        : line.has("epoch") && line.path("epoch").asInt() < position.epochs();
  }

  private void put(Map<String, Object> line, String part, Statistics statistics) {
    line.put(part + "_loss", statistics.meanLoss());
    if (targets instanceof Targets.Classes) {
      line.put(part + "_accuracy", statistics.accuracy());
    } else {
      line.put(part + "_rmse", statistics.rmse(targets.width()));
    }
  }
}
