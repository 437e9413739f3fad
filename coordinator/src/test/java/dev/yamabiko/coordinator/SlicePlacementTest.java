package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.step.ChunkGrid;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlicePlacementTest {

  private static final int LONG = 100 * ChunkGrid.CHUNK;

  @Test
  void shouldGiveEachNodeOneSliceWhereThereAreMoreNodes() {
    assertEquals(
        List.of(new SliceRange(0, 1, 3), new SliceRange(1, 2, 3), new SliceRange(2, 3, 3)),
        SlicePlacement.deal(LONG, 2, 3));
  }

  @Test
  void shouldKeepTheUsualNumberOfSlicesWhereThereAreFewerNodes() {
    assertEquals(
        List.of(new SliceRange(0, 2, 4), new SliceRange(2, 4, 4)), SlicePlacement.deal(LONG, 4, 2));
  }

  @Test
  void shouldLeaveNodesOutThatThereAreNoChunksFor() {
    assertEquals(
        List.of(new SliceRange(0, 1, 2), new SliceRange(1, 2, 2)),
        SlicePlacement.deal(ChunkGrid.CHUNK + 1, 1, 5));
  }

  @Property
  void shouldDealAllSlicesOnceAndAlikeInNumber(
      @ForAll @IntRange(min = 1, max = 1_000_000) int length,
      @ForAll @IntRange(min = 1, max = 64) int usual,
      @ForAll @IntRange(min = 1, max = 64) int nodes) {
    List<SliceRange> ranges = SlicePlacement.deal(length, usual, nodes);
    int next = 0;
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (SliceRange range : ranges) {
      assertEquals(next, range.from());
      next = range.to();
      least = Math.min(least, range.size());
      most = Math.max(most, range.size());
    }
    assertEquals(ranges.get(0).of(), next);
    assertTrue(ranges.size() <= nodes && next <= ChunkGrid.chunks(length));
    assertTrue(most - least <= 1);
  }
}
