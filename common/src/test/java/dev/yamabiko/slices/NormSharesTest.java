package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage.ShareNorm;
import dev.yamabiko.step.ChunkGrid;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NormSharesTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private static double[] squares(int chunks, int seed) {
    return new Random(seed).doubles(chunks).toArray();
  }

  private static ShareNorm share(int slice, double... squares) {
    return new ShareNorm(KEY, 3, slice, squares);
  }

  @Test
  void shouldGiveTheNormOfAllSlicesInTheirOrderWhicheverComesFirst() {
    double[] first = squares(4, 1);
    double[] second = squares(4, 2);
    double[] all = new double[8];
    System.arraycopy(first, 0, all, 0, 4);
    System.arraycopy(second, 0, all, 4, 4);
    NormShares shares = new NormShares(8 * ChunkGrid.CHUNK, 2);
    assertEquals(Optional.empty(), shares.accept(share(1, second)));
    assertEquals(Optional.empty(), shares.accept(share(1, second)));
    assertEquals(Optional.of(Math.sqrt(ChunkGrid.total(all))), shares.accept(share(0, first)));
  }

  @Test
  void shouldCutALargeShareIntoPartsThatComeInAnyOrder() {
    double[] large = squares(2 * NormShares.MOST + 7, 3);
    large[NormShares.MOST] = Double.NaN;
    List<ShareNorm> parts = NormShares.parts(share(0, large));
    assertEquals(3, parts.size());
    assertTrue(parts.stream().allMatch(part -> part.squares().length <= NormShares.MOST));
    NormShares shares = new NormShares(large.length * ChunkGrid.CHUNK, 1);
    assertEquals(Optional.empty(), shares.accept(parts.get(2)));
    assertEquals(Optional.empty(), shares.accept(parts.get(0)));
    assertEquals(Optional.empty(), shares.accept(parts.get(0)));
    assertEquals(Optional.of(Double.NaN), shares.accept(parts.get(1)));
  }

  @Test
  void shouldTakeTheShareOfASliceWithoutAnyChunk() {
    NormShares shares = new NormShares(9, 2);
    assertEquals(1, NormShares.parts(share(0)).size());
    assertEquals(Optional.empty(), shares.accept(NormShares.parts(share(0)).get(0)));
    assertEquals(Optional.of(2.0), shares.accept(share(1, 4)));
  }

  @Test
  void shouldKnowAPartThatIsOfNoSlice() {
    NormShares shares = new NormShares(5 * ChunkGrid.CHUNK, 2);
    assertTrue(shares.fits(share(1, 1, 2, 3)));
    assertTrue(shares.fits(new ShareNorm(KEY, 3, 1, 2, 3, new double[] {1})));
    assertFalse(shares.fits(share(1, 1, 2, 3, 4, 5, 6)));
    shares.accept(share(1, 1, 2, 3));
    assertFalse(shares.fits(share(1, 1, 2)));
    assertFalse(shares.fits(share(2, 1, 2, 3)));
    assertFalse(shares.fits(share(-1, 1, 2, 3)));
    assertFalse(shares.fits(new ShareNorm(KEY, 3, 1, 3, 3, new double[] {1})));
    assertFalse(shares.fits(new ShareNorm(KEY, 3, 1, -1, 3, new double[] {1})));
  }
}
