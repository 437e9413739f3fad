package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.Statistics;
import java.util.Arrays;

/** Statistics of a dataset's parts as they come in, in any order, late or twice. */
final class Evaluation {

  private final DataPart data;
  private final long step;
  private final Statistics[] parts;

  /**
   * @param step whose weights are evaluated
   */
  Evaluation(DataPart data, long step, int parts) {
    this.data = data;
    this.step = step;
    this.parts = new Statistics[parts];
  }

  int parts() {
    return parts.length;
  }

  /** Whether this was asked for. */
  boolean accept(RunMessage.PartEvaluated evaluated) {
    if (evaluated.data() != data || evaluated.step() != step) {
      return false;
    }
    parts[evaluated.part()] = evaluated.statistics();
    return true;
  }

  boolean isComplete() {
    return !Arrays.asList(parts).contains(null);
  }

  /** Along the tree over part numbers. */
  Statistics sum() {
    return Statistics.sum(Arrays.asList(parts));
  }
}
