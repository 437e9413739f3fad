package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage.ShardsMissing;
import java.util.Arrays;
import java.util.Objects;

/**
 * Whether a run can stop before the open step, by what its slices say that they lack. A slice that
 * lacks nothing goes on to the next step by itself, and then its optimizer's state is that of the
 * next step too; so all slices have to be on this side of the step, or on the other.
 */
final class Standstill {

  enum Where {
    /** No slice gets past the step: all can be copied as they are. */
    BEFORE,
    /** All slices get past it, with nobody's help. */
    AFTER,
    /** Some get past it, and the others cannot without workers. */
    BETWEEN
  }

  private final long step;
  private final ShardsMissing[] answers;

  /**
   * @param step that is open
   */
  Standstill(int slices, long step) {
    this.step = step;
    answers = new ShardsMissing[slices];
  }

  long step() {
    return step;
  }

  void accept(ShardsMissing answer) {
    answers[answer.slice()] = answer;
  }

  /** Whether all slices have answered. */
  boolean isKnown() {
    return Arrays.stream(answers).allMatch(Objects::nonNull);
  }

  /**
   * @param now the step that is open by now: it may have closed since the slices were asked
   */
  Where where(long now) {
    if (now > step) {
      return Where.AFTER;
    }
    long past = Arrays.stream(answers).filter(this::getsPast).count();
    return past == 0 ? Where.BEFORE : past == answers.length ? Where.AFTER : Where.BETWEEN;
  }

  private boolean getsPast(ShardsMissing answer) {
    return answer.step() > step || answer.shards().isEmpty();
  }
}
