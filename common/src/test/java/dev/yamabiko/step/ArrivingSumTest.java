package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.TreeOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ArrivingSumTest {

  private static ArrivingSum<String> of(int leaves) {
    return new ArrivingSum<>(leaves, (left, right) -> "(" + left + right + ")");
  }

  @Property(tries = 200)
  void shouldBeTheTreesSumWhateverComesFirst(
      @ForAll @IntRange(min = 1, max = 70) int leaves, @ForAll long seed) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, leaves).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    ArrivingSum<String> sum = of(leaves);
    for (int leaf : order) {
      assertFalse(sum.isComplete());
      assertFalse(sum.has(leaf));
      sum.add(leaf, leaf + ".");
      sum.add(leaf, "not counted twice");
      assertTrue(sum.has(leaf));
    }
    assertTrue(sum.isComplete());
    List<String> all = IntStream.range(0, leaves).mapToObj(leaf -> leaf + ".").toList();
    assertEquals(TreeOrder.sum(all, (left, right) -> "(" + left + right + ")"), sum.total());
  }

  @Test
  void shouldHoldLittleOfNeighboursThatComeInTurn() {
    int leaves = 100_000;
    int workers = 4;
    ArrivingSum<Long> sum = new ArrivingSum<>(leaves, Long::sum);
    int most = 0;
    for (int i = 0; i < leaves / workers; i++) {
      for (int worker = 0; worker < workers; worker++) {
        sum.add(worker * (leaves / workers) + i, 1L);
        most = Math.max(most, sum.held());
      }
    }
    assertEquals(leaves, sum.total());
    assertTrue(most <= workers * 2 * TreeOrder.levels(leaves), most + " values");
  }

  @Test
  void shouldHaveNoTotalBeforeAllAreThere() {
    ArrivingSum<String> sum = of(3);
    sum.add(2, "c");
    sum.add(0, "a");
    assertEquals(
        "2 of 3 leaves are there",
        assertThrows(IllegalStateException.class, sum::total).getMessage());
  }

  @Test
  void shouldRefuseALeafThatThereIsNot() {
    ArrivingSum<String> sum = of(3);
    assertThrows(IndexOutOfBoundsException.class, () -> sum.add(3, "d"));
    assertFalse(sum.isComplete());
  }
}
