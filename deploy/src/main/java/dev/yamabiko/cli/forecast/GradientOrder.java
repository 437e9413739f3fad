package dev.yamabiko.cli.forecast;

import java.util.Arrays;

/**
 * When which part of a block's gradient is final, in parts of the block's own time: from {@code
 * from[i]} on at {@code part[i]}, from the last layer to the first.
 */
public record GradientOrder(int[] from, double[] part) {

  /** Nothing is final before the end. */
  static final GradientOrder AT_THE_END = new GradientOrder(new int[] {0}, new double[] {1});

  public GradientOrder {
    from = from.clone();
    part = part.clone();
    if (from.length != part.length || from.length == 0 || from[from.length - 1] != 0) {
      throw new IllegalArgumentException(Arrays.toString(from) + " at " + Arrays.toString(part));
    }
  }

  /** When all elements from this index on are final. */
  double finalFrom(int index) {
    int i = 0;
    while (from[i] > index) {
      i++;
    }
    return part[i];
  }
}
