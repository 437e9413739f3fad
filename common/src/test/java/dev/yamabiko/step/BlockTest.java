package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlockTest {

  @Test
  void shouldSplitAtLargestPowerOfTwoBelow() {
    assertSplit(2, 1);
    assertSplit(3, 2);
    assertSplit(4, 2);
    assertSplit(5, 4);
    assertSplit(8, 4);
    assertSplit(9, 8);
    assertSplit(1 << 30, 1 << 29);
    assertSplit((1 << 30) + 1, 1 << 30);
  }

  private static void assertSplit(int shards, int leftShards) {
    Block block = new Block(3, 3 + shards);
    assertEquals(new Block(3, 3 + leftShards), block.left());
    assertEquals(new Block(3 + leftShards, 3 + shards), block.right());
  }

  @Property
  void shouldSplitByTheDefinition(@ForAll @IntRange(min = 2, max = 100_000) int shards) {
    int power = 1;
    while (power * 2 < shards) {
      power *= 2;
    }
    assertEquals(new Block(0, power), new Block(0, shards).left());
    assertEquals(new Block(power, shards), new Block(0, shards).right());
  }

  @Property
  void shouldCoverExactlyTheRangeWithFewestNodes(
      @ForAll @IntRange(min = 1, max = 40) int shards,
      @ForAll @IntRange(min = 0, max = 40) int a,
      @ForAll @IntRange(min = 0, max = 40) int b) {
    int from = Math.min(a, b) % shards;
    int to = Math.min(shards, from + 1 + Math.abs(a - b));
    List<Block> cover = Block.cover(from, to, shards);
    int at = from;
    for (Block block : cover) {
      assertEquals(at, block.from());
      assertTrue(block.isNodeOf(shards), block::toString);
      at = block.to();
    }
    assertEquals(to, at);
    assertFalse(siblings(cover, new Block(0, shards)), "two siblings instead of their parent");
  }

  private static boolean siblings(List<Block> cover, Block node) {
    if (node.isLeaf()) {
      return false;
    }
    return cover.contains(node.left()) && cover.contains(node.right())
        || siblings(cover, node.left())
        || siblings(cover, node.right());
  }

  @Test
  void shouldCoverNothingWhenRangeIsEmpty() {
    assertEquals(List.of(), Block.cover(3, 3, 8));
    assertEquals(List.of(new Block(0, 8)), Block.cover(0, 8, 8));
  }

  @Property
  void shouldBeNodeOnlyIfTheTreeHasIt(@ForAll @IntRange(min = 1, max = 24) int shards) {
    Set<Block> nodes = new HashSet<>();
    collect(new Block(0, shards), nodes);
    assertEquals(2 * shards - 1, nodes.size());
    for (int from = 0; from < shards + 2; from++) {
      for (int to = from + 1; to <= shards + 2; to++) {
        Block block = new Block(from, to);
        assertEquals(nodes.contains(block), block.isNodeOf(shards), block::toString);
      }
    }
  }

  private static void collect(Block node, Set<Block> nodes) {
    nodes.add(node);
    if (!node.isLeaf()) {
      collect(node.left(), nodes);
      collect(node.right(), nodes);
    }
  }

  @Test
  void shouldTellContainedFromOverlapping() {
    Block block = new Block(4, 8);
    assertTrue(block.contains(new Block(4, 8)));
    assertTrue(block.contains(new Block(5, 6)));
    assertFalse(block.contains(new Block(3, 5)));
    assertTrue(block.overlaps(new Block(3, 5)));
    assertTrue(block.overlaps(new Block(0, 16)));
    assertFalse(block.overlaps(new Block(0, 4)));
    assertFalse(block.overlaps(new Block(8, 9)));
  }

  @Test
  void shouldRefuseEmptyOrNegativeRange() {
    assertThrows(IllegalArgumentException.class, () -> new Block(3, 3));
    assertThrows(IllegalArgumentException.class, () -> new Block(-1, 3));
  }

  @Property
  void shouldNumberEveryNodeOfATreeDifferently(@ForAll @IntRange(min = 1, max = 300) int shards) {
    Set<Long> numbers = new HashSet<>();
    Deque<Block> open = new ArrayDeque<>(List.of(new Block(0, shards)));
    while (!open.isEmpty()) {
      Block node = open.pop();
      assertTrue(numbers.add(node.number()), node.toString());
      assertTrue(node.number() >= 0 && node.number() <= 2L * shards, node.toString());
      if (!node.isLeaf()) {
        open.push(node.left());
        open.push(node.right());
      }
    }
    assertEquals(2 * shards - 1, numbers.size());
  }
}
