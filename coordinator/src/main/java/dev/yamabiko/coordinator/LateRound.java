package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.StepPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of the open step is late, and who is to compute it instead. Who holds late shards is
 * suspended as long as others are there; nobody is when all are slow for the first time.
 *
 * <p>A block of which a slice has a part already is refused as a whole, and whoever adopted it
 * would look late in turn: of such a block the parts that are missing are asked for.
 */
final class LateRound {

  /**
   * @param holders of what is late
   * @param suspects those of them who have just been suspended, to be asked whether they are there
   * @param again what those who still hold late shards are to compute once more
   */
  record Reissue(List<String> holders, List<String> suspects, Map<String, List<Block>> again) {}

  private final Attendance workers;
  private final Division division;
  private final StepPlan plan;
  private MissingShards missing = new MissingShards(0, 0);
  private int rounds;

  LateRound(Attendance workers, Division division, StepPlan plan) {
    this.workers = workers;
    this.division = division;
    this.plan = plan;
  }

  /** A step is open of which nothing is late yet. */
  void begin() {
    rounds = 0;
  }

  /** Something of it is late, once more. */
  void next() {
    rounds++;
  }

  /** Whether anything was: its duration says nothing of the next step's. */
  boolean isAnyLate() {
    return rounds > 0;
  }

  /** So many slices are asked what they wait for. */
  void ask(int slices, long step) {
    missing = new MissingShards(slices, step);
  }

  /** What is missing in the open step, once all slices have answered. */
  Optional<Set<Integer>> accept(RunMessage.ShardsMissing answer, long openStep) {
    return missing.accept(answer).filter(shards -> missing.step() == openStep);
  }

  /** Empty if nobody could do it sooner. */
  Optional<Reissue> reissue(Collection<Integer> shards) {
    List<String> holders = division.holdersOf(shards);
    boolean othersAreInTime =
        workers.available().stream().anyMatch(name -> !holders.contains(name));
    boolean slowForAll = !othersAreInTime && rounds == 1;
    if (holders.isEmpty() || slowForAll) {
      return Optional.empty();
    }
    List<String> suspects = new ArrayList<>();
    Map<String, List<Block>> again = new LinkedHashMap<>();
    for (String holder : holders) {
      if (othersAreInTime) {
        suspects.add(holder);
        workers.suspend(holder);
        division.orphan(holder);
      } else {
        // There is nobody better, and what it has computed may be lost on the way.
        again.put(holder, missing(holder));
      }
    }
    return Optional.of(new Reissue(holders, suspects, again));
  }

  /** Once others have adopted what was late: which parts of it they are to compute apart. */
  Map<String, List<Block>> apart(Collection<Integer> shards) {
    Map<String, List<Block>> apart = new LinkedHashMap<>();
    for (String holder : division.holdersOf(shards)) {
      if (division.blocks(holder).stream().anyMatch(b -> missing.isPartlyThere(b, plan))) {
        apart.put(holder, missing(holder));
      }
    }
    return apart;
  }

  private List<Block> missing(String holder) {
    return division.blocks(holder).stream().flatMap(b -> missing.of(b, plan).stream()).toList();
  }
}
