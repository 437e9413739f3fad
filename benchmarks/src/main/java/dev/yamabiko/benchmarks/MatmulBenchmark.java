package dev.yamabiko.benchmarks;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.vector.VectorKernels;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long do the three products of a dense layer take, and what do many shards cost the weight
 * gradient? The shapes are the layers of the MLP 784-512-256-10 at batch 128, and a square.
 *
 * <pre>
 * mvn -q -Pquick -pl common,benchmarks package
 * java --add-modules jdk.incubator.vector -cp 'benchmarks/target/lib/*' org.openjdk.jmh.Main \
 *     MatmulBenchmark
 * </pre>
 *
 * One call is 2 * rows * in * out floating-point operations: divided by the time in microseconds
 * and by 1000 it is the rate in GFLOP/s. Several forks, because C2 may compile the same loop well
 * in one process and badly in the next.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatmulBenchmark {

  @Param({"scalar", "vector"})
  public String kernels;

  /** rows x in x out. */
  @Param({"128x784x512", "128x512x256", "128x256x10", "512x512x512"})
  public String shape;

  private static final int ROWS_PER_SHARD = 16;

  private Kernels tested;
  private int rows;
  private int in;
  private int out;
  private ShardRows oneShard;
  private ShardRows manyShards;
  private float[] x;
  private float[] w;
  private float[] b;
  private float[] g;
  private float[] y;
  private float[] dx;
  private float[] dw;

  @Setup
  public void prepare() {
    tested = kernels.equals("scalar") ? new ScalarKernels() : new VectorKernels();
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    rows = sizes[0];
    in = sizes[1];
    out = sizes[2];
    oneShard = ShardRows.single(rows);
    int[] bounds = new int[rows / ROWS_PER_SHARD + 1];
    Arrays.setAll(bounds, s -> s * ROWS_PER_SHARD);
    manyShards = new ShardRows(bounds);
    Random random = new Random(1);
    x = random(random, rows * in);
    w = random(random, in * out);
    b = random(random, out);
    g = random(random, rows * out);
    y = new float[rows * out];
    dx = new float[rows * in];
    dw = new float[in * out];
    check();
  }

  static float[] random(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private void check() {
    float[] expected = new float[rows * out];
    new ScalarKernels().affine(rows, in, out, x, 0, w, 0, b, 0, expected, 0);
    if (!Arrays.equals(expected, affine())) {
      throw new IllegalStateException(tested.name() + " kernels differ from the scalar ones");
    }
  }

  @Benchmark
  public float[] affine() {
    tested.affine(rows, in, out, x, 0, w, 0, b, 0, y, 0);
    return y;
  }

  @Benchmark
  public float[] inputGradient() {
    tested.inputGradient(rows, in, out, g, 0, w, 0, dx, 0);
    return dx;
  }

  @Benchmark
  public float[] weightGradient() {
    tested.weightGradient(oneShard, in, out, x, 0, g, 0, dw, 0);
    return dw;
  }

  @Benchmark
  public float[] weightGradientOfShardsOf16() {
    tested.weightGradient(manyShards, in, out, x, 0, g, 0, dw, 0);
    return dw;
  }
}
