package dev.yamabiko.cli;

import java.util.List;
import java.util.Random;

/** A CSV table with something to learn of every kind: classes, two classes, and values. */
public final class SampleTable {

  private SampleTable() {}

  public static String of(int rows, long seed) {
    Random random = new Random(seed);
    StringBuilder table = new StringBuilder("a,b,kind,half,metres,grams,share\n");
    for (int i = 0; i < rows; i++) {
      double a = 50 + 10 * random.nextGaussian();
      double b = random.nextDouble();
      table.append(a).append(',').append(b).append(',');
      table.append(List.of("x", "y", "z").get((int) (3 * b))).append(',');
      table.append(b + random.nextGaussian() / 4 > 0.5 ? "yes" : "no").append(',');
      table.append(1e4 + 300 * a).append(',').append(b / 7).append(',').append(1 - b).append('\n');
    }
    return table.toString();
  }
}
