package dev.yamabiko.cli.forecast;

import java.util.List;

/**
 * What forward and backward of a block of shards take one thread: a + b r + c s seconds for r
 * examples in s shards.
 *
 * @param fixed a, of the pass itself
 * @param perExample b
 * @param perShard c, what it costs to keep another shard's weight gradient apart
 */
public record BlockCost(double fixed, double perExample, double perShard) {

  private static final int TERMS = 3;

  /** A block that was timed. */
  record Sample(int examples, int shards, double seconds) {
    private double term(int i) {
      return switch (i) {
        case 0 -> 1;
        case 1 -> examples;
        default -> shards;
      };
    }
  }

  double seconds(int examples, int shards) {
    return fixed + perExample * examples + perShard * shards;
  }

  /**
   * The least sum of squared relative errors, by costs of which none is below 0: of all ways to
   * leave costs out, the best whose rest is not negative.
   */
  static BlockCost fit(List<Sample> samples) {
    double[] best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int set = 1; set < 1 << TERMS; set++) {
      double[] costs = solve(samples, set);
      if (costs != null && error(samples, costs) < least) {
        least = error(samples, costs);
        best = costs;
      }
    }
    return new BlockCost(best[0], best[1], best[2]);
  }

  private static double error(List<Sample> samples, double[] costs) {
    BlockCost cost = new BlockCost(costs[0], costs[1], costs[2]);
    return samples.stream()
        .mapToDouble(s -> cost.seconds(s.examples, s.shards) / s.seconds - 1)
        .map(error -> error * error)
        .sum();
  }

  /** The normal equations of the terms in this set; null if they have no solution from 0 on. */
  private static double[] solve(List<Sample> samples, int set) {
    double[][] m = new double[TERMS][TERMS + 1];
    for (int i = 0; i < TERMS; i++) {
      if ((set >> i & 1) == 0) {
        m[i][i] = 1;
        continue;
      }
      for (Sample s : samples) {
        double weight = 1 / (s.seconds * s.seconds);
        for (int j = 0; j < TERMS; j++) {
          m[i][j] += (set >> j & 1) * weight * s.term(i) * s.term(j);
        }
        m[i][TERMS] += weight * s.term(i) * s.seconds;
      }
    }
    return eliminate(m);
  }

  private static double[] eliminate(double[][] m) {
    double[] before = {m[0][0], m[1][1], m[2][2]};
    for (int i = 0; i < TERMS; i++) {
      // As good as 0 beside what stood there: two terms that only grow together.
      if (Math.abs(m[i][i]) <= 1e-9 * before[i]) {
        return null;
      }
      for (int row = 0; row < TERMS; row++) {
        double factor = row == i ? 0 : m[row][i] / m[i][i];
        for (int j = i; j <= TERMS && row != i; j++) {
          m[row][j] -= factor * m[i][j];
        }
      }
    }
    double[] costs = new double[TERMS];
    for (int i = 0; i < TERMS; i++) {
      costs[i] = m[i][TERMS] / m[i][i];
      if (!(costs[i] >= 0)) {
        return null;
      }
    }
    return costs;
  }
}
