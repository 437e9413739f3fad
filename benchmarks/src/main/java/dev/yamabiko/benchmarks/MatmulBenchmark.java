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
 * How long do the three products of a dense layer take (X W, G W^T and X^T G), how much faster are
 * they than three nested loops, and what do many shards cost the weight gradient? The shapes are
 * the layers of the MLP 784-512-256-10 and the first dense layer of a small convolutional network.
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
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatmulBenchmark {

  private static final int ROWS_PER_SHARD = 16;

  /** A layer and a batch, and where the results go. */
  @State(Scope.Benchmark)
  public static class Dense {

    /** in x out. */
    @Param({"784x512", "512x256", "256x10", "1600x128"})
    public String layer;

    @Param({"32", "128", "512"})
    public int rows;

    int in;
    int out;
    ShardRows oneShard;
    ShardRows manyShards;
    float[] x;
    float[] w;
    float[] b;
    float[] g;
    float[] y;
    float[] dx;
    float[] dw;
    float[] naiveY;
    float[] naiveDx;
    float[] naiveDw;

    @Setup
    public void prepare() {
      int[] sizes = Arrays.stream(layer.split("x")).mapToInt(Integer::parseInt).toArray();
      in = sizes[0];
      out = sizes[1];
      oneShard = ShardRows.single(rows);
      manyShards = shardsOf16(rows);
      Random random = new Random(1);
      x = random(random, rows * in);
      w = random(random, in * out);
      b = random(random, out);
      g = random(random, rows * out);
      y = new float[rows * out];
      dx = new float[rows * in];
      dw = new float[in * out];
      naiveY = new float[rows * out];
      naiveDx = new float[rows * in];
      naiveDw = new float[in * out];
    }
  }

  /** The product's kernels; the naive baseline does without. */
  @State(Scope.Benchmark)
  public static class Tested {

    @Param({"scalar", "vector"})
    public String kernels;

    Kernels product;

    @Setup
    public void prepare(Dense d) {
      product = kernels(kernels);
      MatmulBenchmark forms = new MatmulBenchmark();
      check("X W + b", forms.naiveAffine(d), forms.affine(d, this));
      check("G W^T", forms.naiveInputGradient(d), forms.inputGradient(d, this));
      check("X^T G", forms.naiveWeightGradient(d), forms.weightGradient(d, this));
      float[] sum = shardSum(d, 0, d.manyShards.shards());
      check("X^T G of shards", sum, forms.weightGradientOfShardsOf16(d, this));
    }

    /** The node for shards [l, h) of the tree; their number is a power of two. */
    private static float[] shardSum(Dense d, int l, int h) {
      if (h - l == 1) {
        float[] dw = new float[d.in * d.out];
        int from = d.manyShards.from(l);
        NaiveProducts.weightGradient(from, d.manyShards.to(l), d.in, d.out, d.x, d.g, dw);
        return dw;
      }
      float[] left = shardSum(d, l, (l + h) / 2);
      float[] right = shardSum(d, (l + h) / 2, h);
      for (int i = 0; i < left.length; i++) {
        left[i] = left[i] + right[i];
      }
      return left;
    }

    private void check(String form, float[] expected, float[] actual) {
      if (!Arrays.equals(expected, actual)) {
        throw new IllegalStateException(
            "%s: %s kernels differ from three nested loops".formatted(form, product.name()));
      }
    }
  }

  static Kernels kernels(String name) {
    return switch (name) {
      case "scalar" -> new ScalarKernels();
      case "vector" -> new VectorKernels();
      default -> throw new IllegalArgumentException("kernels: scalar or vector, not " + name);
    };
  }

  /** So many rows, a multiple of 16, in shards of 16: the smallest that {@code check} advises. */
  static ShardRows shardsOf16(int rows) {
    int[] bounds = new int[rows / ROWS_PER_SHARD + 1];
    Arrays.setAll(bounds, s -> s * ROWS_PER_SHARD);
    return new ShardRows(bounds);
  }

  static float[] random(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  @Benchmark
  public float[] naiveAffine(Dense d) {
    NaiveProducts.affine(d.rows, d.in, d.out, d.x, d.w, d.b, d.naiveY);
    return d.naiveY;
  }

  @Benchmark
  public float[] naiveInputGradient(Dense d) {
    NaiveProducts.inputGradient(d.rows, d.in, d.out, d.g, d.w, d.naiveDx);
    return d.naiveDx;
  }

  @Benchmark
  public float[] naiveWeightGradient(Dense d) {
    NaiveProducts.weightGradient(0, d.rows, d.in, d.out, d.x, d.g, d.naiveDw);
    return d.naiveDw;
  }

  @Benchmark
  public float[] affine(Dense d, Tested kernels) {
    kernels.product.affine(d.rows, d.in, d.out, d.x, 0, d.w, 0, d.b, 0, false, d.y, 0);
    return d.y;
  }

  @Benchmark
  public float[] inputGradient(Dense d, Tested kernels) {
    kernels.product.inputGradient(d.rows, d.in, d.out, d.g, 0, d.w, 0, d.dx, 0);
    return d.dx;
  }

  @Benchmark
  public float[] weightGradient(Dense d, Tested kernels) {
    kernels.product.weightGradient(d.oneShard, d.in, d.out, d.x, 0, d.g, 0, d.dw, 0);
    return d.dw;
  }

  @Benchmark
  public float[] weightGradientOfShardsOf16(Dense d, Tested kernels) {
    kernels.product.weightGradient(d.manyShards, d.in, d.out, d.x, 0, d.g, 0, d.dw, 0);
    return d.dw;
  }
}
