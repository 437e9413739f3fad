package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;

import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.ShardSums;
import jdk.incubator.vector.FloatVector;

/** Column sums along the tree over shards, a row at a time. */
final class BiasGradient {

  private final ShardSums sums = new ShardSums();

  void run(ShardRows shards, int columns, float[] g, int gAt, float[] db, int dbAt) {
    int vectors = columns / LANES;
    sums.begin(columns);
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        float[] sum = sums.begun(shards, db, dbAt);
        for (int row = shards.from(s); row < shards.to(s); row++) {
          int at = gAt + row * columns;
          if (vectors > 0) {
            add(vectors, g, at, sum);
          }
          for (int i = vectors * LANES; i < columns; i++) {
            sum[i] += g[at + i];
          }
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(db, dbAt);
  }

  private static void add(int vectors, float[] more, int at, float[] sum) {
    for (int p = 0; p < vectors; p++) {
      int i = p * LANES;
      FloatVector.fromArray(SPECIES, sum, i)
          .add(FloatVector.fromArray(SPECIES, more, at + i))
          .intoArray(sum, i);
    }
  }
}
