package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.step.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

  /** Parts [from, to) for one worker. */
  record Share(String worker, int from, int to) {}

  /** Hands the parts out evenly; there is no share for a worker that gets none. */
  List<Share> handOut(List<String> workers) {
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      int from = ShardPlanner.bound(parts.length, workers.size(), i);
      int to = ShardPlanner.bound(parts.length, workers.size(), i + 1);
      if (from < to) {
        shares.add(new Share(workers.get(i), from, to));
      }
    }
    return shares;
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
