package dev.yamabiko.benchmarks;

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
 * How long does each layer take, forward and backward, and which one is slower than memory allows?
 * The shapes are those of the MLP 784-512-256-10 and of a small network for 28x28 images, in shards
 * of 16 examples ({@link LayerTrial} has them).
 *
 * <pre>
 * mvn -q -Pquick -pl common,benchmarks package
 * java --add-modules jdk.incubator.vector -cp 'benchmarks/target/lib/*' org.openjdk.jmh.Main \
 *     LayerBenchmark
 * </pre>
 *
 * About 8 minutes; {@code -p layer=relu,residual} takes some of them, {@code -p kernels=scalar} the
 * scalar kernels. The baseline is {@code residual}, the meeting point of a residual block: it
 * copies its input forward and backward. The pools, relu, leaky-relu, sigmoid, tanh, batch-norm and
 * residual all read 32 x 26 x 26 values for each example (692,224 for a batch of 32), so their
 * times compare as they are. The backward times hold the parameters' gradients and that of the
 * input. {@code -Xbatch} because the Vector API is a hundred times slower until it is compiled, and
 * a busy machine leaves the compiler little time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xbatch")
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class LayerBenchmark {

  @Param("vector")
  public String kernels;

  @Param({
    "dense",
    "conv2d",
    "max-pool",
    "average-pool",
    "global-average-pool",
    "relu",
    "leaky-relu",
    "gelu",
    "sigmoid",
    "tanh",
    "softmax",
    "dropout",
    "layer-norm",
    "batch-norm",
    "residual"
  })
  public String layer;

  @Param({"32", "128"})
  public int batch;

  private LayerTrial trial;

  @Setup
  public void prepare() {
    trial = new LayerTrial(layer, batch, MatmulBenchmark.kernels(kernels));
    trial.check();
  }

  @Benchmark
  public float[] forward() {
    return trial.forward();
  }

  @Benchmark
  public float[] backward() {
    return trial.backward();
  }
}
