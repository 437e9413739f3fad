package dev.yamabiko.protocol;

/** The slices [from, to) of a vector that is cut into {@code of}. */
public record SliceRange(int from, int to, int of) {

  public SliceRange {
    if (from < 0 || from >= to || to > of) {
      throw new IllegalArgumentException("no slices [%d, %d) of %d".formatted(from, to, of));
    }
  }

  public boolean contains(int slice) {
    return from <= slice && slice < to;
  }

  public int size() {
    return to - from;
  }
}
