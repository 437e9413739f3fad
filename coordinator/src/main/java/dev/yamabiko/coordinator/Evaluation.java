package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.ArrivingSum;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.ShardPlanner;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures of a dataset's parts as they come in, in any order, late or twice.
 *
 * <p>Memory: of classes 16 bytes for each pair of true and predicted class that occurs, and of two
 * classes 4 bytes for each example, twice while they are added; of values 32 bytes for each target,
 * for two nodes of the tree's levels for each worker.
 */
final class Evaluation {

  private final DataPart data;
  private final boolean all;
  private final long step;
  private final int parts;
  private final PartRanges ranges = new PartRanges();
  private final ArrivingSum<Measures> sum;
  private List<Share> holders = List.of();

  /**
   * @param all whether every metric is wanted, or loss and accuracy alone
   * @param step whose weights are evaluated
   */
  Evaluation(DataPart data, boolean all, long step, int parts) {
    this.data = data;
    this.all = all;
    this.step = step;
    this.parts = parts;
    sum = new ArrivingSum<>(parts, Measures::plus);
  }

  /** Parts [from, to) for one worker. */
  record Share(String worker, int from, int to) {}

  /**
   * Hands out evenly what is missing, neighbours together; there is no share for a worker that gets
   * nothing.
   */
  List<Share> handOut(List<String> workers) {
    int[] missing = IntStream.range(0, parts).filter(i -> !sum.has(i)).toArray();
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
        .filter(share -> IntStream.range(share.from(), share.to()).anyMatch(i -> !sum.has(i)))
        .map(Share::worker)
        .distinct()
        .toList();
  }

  DataPart data() {
    return data;
  }

  /** Whether every metric is wanted. */
  boolean all() {
    return all;
  }

  /** Whose weights are evaluated. */
  long step() {
    return step;
  }

  /** Takes a part's statistics. Returns whether these were asked for, and no more. */
  boolean accept(RunMessage.PartEvaluated evaluated) {
    if (all || !isOfThis(evaluated.data(), evaluated.step())) {
      return false;
    }
    sum.add(evaluated.part(), Measures.of(evaluated.statistics()));
    return true;
  }

  /** Takes all of a part, or of some targets of it. Returns whether this was asked for. */
  boolean accept(RunMessage.PartMeasured measured) {
    if (!all || !isOfThis(measured.data(), measured.step())) {
      return false;
    }
    if (!sum.has(measured.part())) {
      ranges.add(measured).ifPresent(whole -> sum.add(measured.part(), whole));
    }
    return true;
  }

  private boolean isOfThis(DataPart ofData, long ofStep) {
    return ofData == data && ofStep == step;
  }

  boolean isComplete() {
    return sum.isComplete();
  }

  /** Along the tree over part numbers. */
  Measures sum() {
    return sum.total();
  }
}
