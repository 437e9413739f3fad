package dev.yamabiko.slices;

import dev.yamabiko.protocol.RunMessage.SliceUpdated;
import dev.yamabiko.protocol.SliceMessage.ShareNorm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a slice has said once of its last steps, and says again when the run asks: between nodes it
 * may have been lost, and the step would stay open although nobody is silent. Whoever has heard it
 * drops it.
 *
 * <p>Under a lease slices go on without the run, so several updates may be wanted; of norms only
 * the last, since no slice gets past a step whose norm another one still waits for. Which worker
 * was late is not said again: of many workers, with as many slices, that would be most of what is
 * kept.
 */
final class LastWord {

  /** How far a slice may be ahead of what the run has heard, before the run has to go back. */
  static final int MOST = 1024;

  private final Deque<SliceUpdated> updates = new ArrayDeque<>();
  private List<ShareNorm> norm = List.of();

  void updated(SliceUpdated word) {
    updates.add(word.timed(word.timing().withoutWorkers()));
    if (updates.size() > MOST) {
      updates.remove();
    }
  }

  /**
   * @param parts of the slice's share
   */
  void shared(List<ShareNorm> parts) {
    norm = List.copyOf(parts);
  }

  /** Its word on this step and those after it, in order; empty if it has not got past the step. */
  List<SliceUpdated> updatesFrom(long step) {
    return updates.stream().filter(word -> word.step() >= step).toList();
  }

  /** Its share of the norm of this step or the one after it; empty if it has shared none. */
  List<ShareNorm> normFrom(long step) {
    return norm.stream().filter(part -> part.step() >= step).toList();
  }
}
