package dev.yamabiko.benchmarks;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.ShardRows;
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
 * How long do a 3x3 convolution and its two gradients take, for a shard of 32 images? The shapes
 * are the two convolutions of a small network for 28x28 images.
 *
 * <pre>
 * mvn -q -Pquick -pl common,benchmarks package
 * java --add-modules jdk.incubator.vector -cp 'benchmarks/target/lib/*' org.openjdk.jmh.Main \
 *     ConvolutionBenchmark
 * </pre>
 *
 * Forward and weight gradient of 32 images are 2 * 32 * channels * 9 * filters * output pixels
 * floating-point operations (1 to 32: 12.5 million; 32 to 64: 142.7 million), the input gradient 2
 * * 32 * channels * 9 * filters * input pixels.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConvolutionBenchmark {

  private static final int IMAGES = 32;

  @Param({"scalar", "vector"})
  public String kernels;

  /** channels, filters and image size. */
  @Param({"1-32-28", "32-64-13"})
  public String shape;

  private Kernels tested;
  private ConvShape convolution;
  private float[] x;
  private float[] w;
  private float[] b;
  private float[] g;
  private float[] y;
  private float[] dx;
  private float[] dw;

  @Setup
  public void prepare() {
    tested = MatmulBenchmark.kernels(kernels);
    int[] sizes = Arrays.stream(shape.split("-")).mapToInt(Integer::parseInt).toArray();
    convolution = new ConvShape(sizes[0], sizes[2], sizes[2], sizes[1], 3, 3, 1, 0, 0);
    Random random = new Random(1);
    x = MatmulBenchmark.random(random, IMAGES * convolution.inputSize());
    w = MatmulBenchmark.random(random, convolution.taps() * convolution.filters());
    b = MatmulBenchmark.random(random, convolution.filters());
    g = MatmulBenchmark.random(random, IMAGES * convolution.outputSize());
    y = new float[g.length];
    dx = new float[x.length];
    dw = new float[w.length + b.length];
    check();
  }

  private void check() {
    ScalarKernels scalar = new ScalarKernels();
    float[] output = new float[y.length];
    scalar.convolve(convolution, IMAGES, x, 0, w, 0, b, 0, output, 0);
    requireSame("output", output, forward());
    float[] ofInput = new float[dx.length];
    scalar.convolveInputGradient(convolution, IMAGES, g, 0, w, 0, ofInput, 0);
    requireSame("input gradient", ofInput, inputGradient());
    float[] ofWeights = new float[dw.length];
    scalar.convolveWeightGradient(convolution, ShardRows.single(IMAGES), x, 0, g, 0, ofWeights, 0);
    requireSame("weight gradient", ofWeights, weightGradient());
  }

  private void requireSame(String what, float[] expected, float[] found) {
    if (!Arrays.equals(expected, found)) {
      throw new IllegalStateException(
          "%s of the %s kernels differs from the scalar ones'".formatted(what, tested.name()));
    }
  }

  @Benchmark
  public float[] forward() {
    tested.convolve(convolution, IMAGES, x, 0, w, 0, b, 0, y, 0);
    return y;
  }

  @Benchmark
  public float[] inputGradient() {
    tested.convolveInputGradient(convolution, IMAGES, g, 0, w, 0, dx, 0);
    return dx;
  }

  @Benchmark
  public float[] weightGradient() {
    tested.convolveWeightGradient(convolution, ShardRows.single(IMAGES), x, 0, g, 0, dw, 0);
    return dw;
  }
}
