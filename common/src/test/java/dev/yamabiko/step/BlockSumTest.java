package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlockSumTest {

  private static final int LENGTH = 13;
  private static final int AT = 3;

  /** The leaves' values by the recursive definition; null where absent. */
  private static BlockSum.Part define(Block block, BlockSum.Part[] leaves) {
    if (block.isLeaf()) {
      return leaves[block.from()];
    }
    BlockSum.Part left = define(block.left(), leaves);
    BlockSum.Part right = define(block.right(), leaves);
    if (left == null || right == null) {
      BlockSum.Part only = left == null ? right : left;
      return only == null
          ? null
          : new BlockSum.Part(block, only.values(), only.at(), only.statistics());
    }
    float[] sum = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      sum[i] = left.values()[left.at() + i] + right.values()[right.at() + i];
    }
    return new BlockSum.Part(block, sum, 0, left.statistics().plus(right.statistics()));
  }

  private static BlockSum.Part[] leaves(Philox random, int shards, double present) {
    BlockSum.Part[] leaves = new BlockSum.Part[shards];
    for (int s = 0; s < shards; s++) {
      if (random.nextDouble() < present) {
        float[] values = new float[AT + LENGTH + 2];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (random.nextGaussian() * StrictMath.exp(4 * random.nextGaussian()));
        }
        Statistics statistics = new Statistics(1, random.nextGaussian(), s, random.nextDouble());
        leaves[s] = new BlockSum.Part(new Block(s, s + 1), values, AT, statistics);
      }
    }
    return leaves;
  }

  private static void cut(Philox random, Block block, List<Block> cover) {
    if (block.isLeaf() || random.nextDouble() < 0.4) {
      cover.add(block);
    } else {
      cut(random, block.left(), cover);
      cut(random, block.right(), cover);
    }
  }

  @Property(tries = 500)
  void shouldGiveSameBitsAsTheDefinitionForEveryCover(
      @ForAll @IntRange(min = 1, max = 40) int shards,
      @ForAll @DoubleRange(min = 0.05, max = 1) double present,
      @ForAll long seed) {
    Philox random = Philox.stream(seed, Philox.Purpose.GENERATE, 0, 0, 0);
    BlockSum.Part[] leaves = leaves(random, shards, present);
    BlockSum.Part total = define(new Block(0, shards), leaves);
    if (total == null) {
      return;
    }
    BlockSum sum = new BlockSum(LENGTH, shards, Rounding.NONE, 0);
    for (int trial = 0; trial < 4; trial++) {
      List<Block> cover = new ArrayList<>();
      cut(random, new Block(0, shards), cover);
      List<BlockSum.Part> parts = new ArrayList<>();
      List<float[]> copies = new ArrayList<>();
      for (Block block : cover) {
        BlockSum.Part part = define(block, leaves);
        if (part != null) {
          parts.add(random.nextInt(parts.size() + 1), part);
        }
      }
      parts.forEach(part -> copies.add(part.values().clone()));
      float[] out = new float[LENGTH];
      Arrays.fill(out, Float.NaN);
      Statistics statistics = sum.begin(0, shards, parts);
      float[] piece = new float[2 * LENGTH];
      for (int at = 0; at < LENGTH; ) {
        int n = 1 + random.nextInt(LENGTH - at);
        // Among other places where it lies in the parts.
        int index = at + random.nextInt(2) * AT;
        sum.sum(at, n, piece, index);
        System.arraycopy(piece, index, out, at, n);
        at += n;
      }
      float[] expected = Arrays.copyOfRange(total.values(), total.at(), total.at() + LENGTH);
      assertArrayEquals(bits(expected), bits(out));
      assertEquals(total.statistics(), statistics);
      for (int i = 0; i < copies.size(); i++) {
        assertArrayEquals(bits(copies.get(i)), bits(parts.get(i).values()), "written to a part");
      }
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  private static BlockSum.Part part(int from, int to, float value) {
    return new BlockSum.Part(
        new Block(from, to), new float[] {value}, 0, new Statistics(1, value, 0, 0));
  }

  private static Statistics sum(BlockSum sum, int shards, List<BlockSum.Part> parts, float[] out) {
    Statistics statistics = sum.begin(0, shards, parts);
    sum.sum(0, out.length, out, 0);
    return statistics;
  }

  @Test
  void shouldAddLeftToRightSumWhenLeftChildIsAPart() {
    // [0,4) is one part, [4,8) is summed from four: both children meet at the root.
    float[] out = new float[1];
    List<BlockSum.Part> parts =
        List.of(part(0, 4, 1e8f), part(4, 5, 1), part(5, 6, 2), part(6, 7, 3), part(7, 8, 4));
    Statistics statistics = sum(new BlockSum(1, 8, Rounding.NONE, 0), 8, parts, out);
    assertEquals(1e8f + ((1f + 2f) + (3f + 4f)), out[0]);
    assertEquals(5, statistics.examples());
  }

  @Test
  void shouldKeepNegativeZeroWhenTheOtherChildIsAbsent() {
    float[] out = new float[1];
    sum(new BlockSum(1, 4, Rounding.NONE, 0), 4, List.of(part(2, 3, -0f)), out);
    assertEquals(Float.floatToRawIntBits(-0f), Float.floatToRawIntBits(out[0]));
  }

  @Test
  void shouldSumTwoStepsWithOneScratch() {
    BlockSum sum = new BlockSum(1, 5, Rounding.NONE, 0);
    float[] out = new float[1];
    sum(sum, 5, List.of(part(0, 2, 1), part(2, 3, 2), part(3, 4, 4), part(4, 5, 8)), out);
    assertEquals(15, out[0]);
    sum(sum, 5, List.of(part(1, 2, 1), part(4, 5, 8)), out);
    assertEquals(9, out[0]);
  }

  @Test
  void shouldRefuseWhatIsNoNodeOfTheTree() {
    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> new BlockSum(1, 4, Rounding.NONE, 0).begin(0, 4, List.of(part(1, 3, 1))));
    assertTrue(thrown.getMessage().contains("not a node of the tree"), thrown.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlockSum(1, 4, Rounding.NONE, 0).begin(0, 4, List.of()));
  }
}
