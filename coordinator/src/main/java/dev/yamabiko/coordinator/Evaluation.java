package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.step.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Statistics of a dataset's parts as they come in, in any order, late or twice. */
final class Evaluation {

  private final DataPart data;
  private final long step;
  private final Statistics[] parts;
  private List<Share> holders = List.of();

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

  /**
   * Hands out evenly what is missing, neighbours together; there is no share for a worker that gets
   * nothing.
   */
  List<Share> handOut(List<String> workers) {
    int[] missing = IntStream.range(0, parts.length).filter(i -> parts[i] == null).toArray();
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      int to = ShardPlanner.bound(missing.length, workers.size(), i + 1);
      for (int at = ShardPlanner.bound(missing.length, workers.size(), i); at < to; ) {
        int end = at + 1;
        while (end < to && missing[end] == missing[end - 1] + 1) {
          end++;
        }
        shares.add(new Share(workers.get(i), missing[at], missing[end - 1] + 1));
        at = end;
      }
    }
    holders = shares;
    return shares;
  }

  /** Who was asked for parts that are still missing. */
  List<String> silent() {
    return holders.stream()
        .filter(share -> IntStream.range(share.from(), share.to()).anyMatch(i -> parts[i] == null))
        .map(Share::worker)
        .distinct()
        .toList();
  }

  DataPart data() {
    return data;
  }

  /** Whose weights are evaluated. */
  long step() {
    return step;
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
