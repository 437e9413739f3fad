package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.shared.Presence;
import java.time.Duration;

/**
 * How a coordinator node comes into the cluster: it joins those that are there; who is alone forms
 * the cluster. Of several that begin at once, the one that came first forms it, when none of the
 * others has let it in. Whoever is kept waiting for long by nodes that only seem to live forms a
 * cluster of its own: the lease sees to it that only one has a coordinator. One of which a node
 * renews that lease is not only seeming to live: it is joined, however long that takes.
 *
 * @param grace for others to let the first one in
 * @param patience for others at all
 */
record JoinPlan(Duration grace, Duration patience) {

  static final JoinPlan DEFAULT = new JoinPlan(Duration.ofSeconds(5), Duration.ofSeconds(20));

  enum Step {
    FORM,
    JOIN,
    WAIT
  }

  /**
   * Whether a node that has formed a cluster of its own has seen another one's coordinator for long
   * enough not to be mistaken.
   */
  boolean isTooLong(Duration apart) {
    return apart.compareTo(patience) > 0;
  }

  /**
   * @param waited since this node began to look
   */
  Step next(Presence.Roll roll, Duration waited) {
    boolean enough = waited.compareTo(roll.first() ? grace : patience) > 0;
    if (roll.isAlone() || (enough && roll.leader().isEmpty())) {
      return Step.FORM;
    }
    return roll.others().isEmpty() ? Step.WAIT : Step.JOIN;
  }
}
