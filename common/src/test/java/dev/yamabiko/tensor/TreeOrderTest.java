package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class TreeOrderTest {

  /** Values are expressions, so that a sum shows how it was made. */
  private static final class Expressions implements TreeOrder.Combiner {
    private final String[] stored = new String[32];
    private String hand;

    @Override
    public void addStored(int level) {
      hand = "(" + stored[level] + "+" + hand + ")";
      stored[level] = null;
    }

    @Override
    public void store(int level) {
      stored[level] = hand;
      hand = null;
    }

    @Override
    public void load(int level) {
      hand = stored[level];
      stored[level] = null;
    }
  }

  private final Expressions values = new Expressions();
  private final TreeOrder order = new TreeOrder(values);

  @Property(tries = 1000)
  void shouldWalkTheTreeThatTheRecursionDefines(
      @ForAll @Size(min = 1, max = 70) List<Boolean> present) {
    // The same walker is used again and again: it must begin anew each time.
    for (int i = 0; i < present.size(); i++) {
      values.hand = present.get(i) ? "" + i : null;
      order.accept(present.get(i));
    }
    String total = order.finish() ? values.hand : null;
    values.hand = null;
    assertEquals(node(0, present.size(), present), total);
  }

  private static String node(int low, int high, List<Boolean> present) {
    if (high - low == 1) {
      return present.get(low) ? "" + low : null;
    }
    int half = 1;
    while (half * 2 < high - low) {
      half *= 2;
    }
    String left = node(low, low + half, present);
    String right = node(low + half, high, present);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return "(" + left + "+" + right + ")";
  }
}
