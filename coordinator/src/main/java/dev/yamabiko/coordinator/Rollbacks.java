package dev.yamabiko.coordinator;

import dev.yamabiko.job.Rollback;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Turn;
import dev.yamabiko.model.Checkpoint.WayBack;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a diverging run goes back to. The places are the beginning and the states at the steps at
 * which a checkpoint was due.
 *
 * <ul>
 *   <li>At first, and whenever the run has got past the step in which it last diverged: to the last
 *       place, with nothing but a smaller learning rate.
 *   <li>Otherwise one place further than the last time, at most to the beginning: the weights there
 *       may have been about to overflow already.
 * </ul>
 *
 * <p>Steps alone decide, never time or what is on the disk, and every checkpoint carries all of it
 * ({@link WayBack}), so a resumed run goes back where an uninterrupted one does.
 *
 * <p>Each place is a whole state in memory and in every checkpoint file. Only those are held that
 * the roll-backs which are left can reach, so there are never more than the job allows roll-backs.
 */
final class Rollbacks {

  private final int atMost;

  /** By step; none has earlier ones of its own, so nothing else is kept from being freed. */
  private final List<Checkpoint> places = new ArrayList<>();

  private Optional<Turn> last;

  /**
   * @param rule empty where a diverging run stops
   */
  Rollbacks(Optional<Rollback> rule, Checkpoint begin) {
    atMost = rule.map(Rollback::atMost).orElse(0);
    places.addAll(begin.wayBack().earlier());
    if (begin.wayBack().here()) {
      places.add(begin.alone());
    }
    last = begin.wayBack().last();
  }

  /**
   * A checkpoint has been taken.
   *
   * @param due whether it is a place to go back to
   * @return the same, with all that a run which goes on from it has to know of roll-backs
   */
  Checkpoint hold(Checkpoint taken, boolean due) {
    long step = taken.position().step();
    int left = atMost - taken.position().rollbacks();
    boolean here = due && left > 0;
    forgetWhenPast(step);
    Checkpoint place = taken.with(new WayBack(here, List.of(), last));
    if (here) {
      // Taken a second time where the run was interrupted before it could close the epoch.
      places.removeIf(other -> other.position().step() == step);
      places.add(place);
    }
    places.subList(0, Math.max(0, left == 0 ? places.size() : next() + 1 - left)).clear();
    return place.with(new WayBack(here, before(here ? places.size() - 1 : places.size()), last));
  }

  /**
   * The run has diverged.
   *
   * @param step in which it did, all steps before it being closed
   * @param rollbacks how often it has gone back already
   * @return the checkpoint to go on from, as it was taken; empty if it may not go back again
   */
  Optional<Checkpoint> back(long step, int rollbacks) {
    if (rollbacks >= atMost) {
      return Optional.empty();
    }
    forgetWhenPast(step);
    int at = next();
    Checkpoint to = places.get(at);
    places.subList(at + 1, places.size()).clear();
    last = Optional.of(new Turn(step, to.position().step()));
    return Optional.of(to.with(new WayBack(true, before(at), to.wayBack().last())));
  }

  private void forgetWhenPast(long step) {
    last = last.filter(turn -> step <= turn.diverged());
  }

  /** Which place is next if the run diverges now. */
  private int next() {
    int at = places.size() - 1;
    while (at > 0 && last.isPresent() && places.get(at).position().step() >= last.get().to()) {
      at--;
    }
    return at;
  }

  private List<Checkpoint> before(int at) {
    return places.subList(0, at);
  }
}
