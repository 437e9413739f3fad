package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.step.ChunkGrid;
import java.util.ArrayList;
import java.util.List;

/** Which slices which owner gets: neighbours, and alike in length as far as slices allow. */
final class SlicePlacement {

  private SlicePlacement() {}

  /**
   * One range for each owner, in order; fewer than there are nodes if the vector has not enough
   * chunks.
   *
   * @param length of the flat vector
   * @param usual number of slices; where there are more nodes, each has one
   */
  static List<SliceRange> deal(int length, int usual, int nodes) {
    int slices = Math.min(ChunkGrid.chunks(length), Math.max(usual, nodes));
    int owners = Math.min(slices, nodes);
    List<SliceRange> ranges = new ArrayList<>();
    for (int i = 0; i < owners; i++) {
      ranges.add(new SliceRange(slices * i / owners, slices * (i + 1) / owners, slices));
    }
    return ranges;
  }
}
