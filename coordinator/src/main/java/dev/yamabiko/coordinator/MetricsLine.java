package dev.yamabiko.coordinator;

import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The lines of {@code metrics.jsonl}, one for each step and one for each epoch, both counted from 0
 * as everywhere else. They hold nothing that time, machine or the number of workers decides: equal
 * runs write equal bytes.
 */
record MetricsLine(Targets targets) {

  /** Loss and metric of the step's batch, with the weights before the step. */
  String of(RunEvent.StepClosed closed) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", closed.step());
    line.put("epoch", closed.epoch());
    line.put("examples", closed.statistics().examples());
    put(line, "train", closed.statistics());
    if (!Double.isNaN(closed.gradientNorm())) {
      line.put("gradient_norm", closed.gradientNorm());
    }
    return CanonicalJson.of(line);
  }

  /** The epoch's batches, each with the weights of its step; validation at the epoch's end. */
  String of(RunEvent.EpochClosed closed) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("epoch", closed.epoch());
    line.put("steps", closed.step());
    put(line, "train", closed.train());
    closed.validation().ifPresent(validation -> put(line, "validation", validation));
    return CanonicalJson.of(line);
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
