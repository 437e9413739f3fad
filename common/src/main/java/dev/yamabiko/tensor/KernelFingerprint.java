package dev.yamabiko.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * SHA-256 over the result bits of a fixed set of operations of {@link Kernels} and {@link
 * Functions}. Two nodes with the same fingerprint compute the same bits, as far as such a sample
 * can tell. The operations run again and again until the compiler has had its turn with them, and
 * the bits of every round must be the same: a compiler that changes them is found here, too.
 */
public final class KernelFingerprint {

  /** Enough for the compiler to come to the inner loops, where the machine is not too slow. */
  private static final int MOST_ROUNDS = 60;

  private static final int LEAST_ROUNDS = 4;

  /**
   * A node does not wait longer for the compiler, beside which it starts; how many rounds there
   * were does not show.
   */
  private static final long ENOUGH_NANOS = 1_500_000_000;

  private static final int ROWS = 37;
  private static final int IN = 45;
  private static final int OUT = 51;

  private KernelFingerprint() {}

  private static final FutureTask<String> OF_THIS_JVM =
      new FutureTask<>(() -> of(KernelsFactory.create()));

  /**
   * Begins to compute what {@link #ofThisJvm} returns, on a thread of its own: most of a node's
   * start need not wait for it.
   *
   * @throws KernelsException as {@link KernelsFactory#create}
   */
  public static void begin() {
    KernelsFactory.requireWanted();
    Thread thread = new Thread(OF_THIS_JVM, "kernel-fingerprint");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Of the kernels that this JVM chooses; computed once, in about a second.
   *
   * @throws KernelsException as {@link KernelsFactory#create}
   * @throws IllegalStateException if equal operations gave different bits
   */
  public static String ofThisJvm() {
    OF_THIS_JVM.run(); // does nothing where it has begun
    try {
      return OF_THIS_JVM.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof KernelsException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the kernels' fingerprint was computed", e);
    }
  }

  /**
   * @throws IllegalStateException if equal operations gave different bits
   */
  static String of(Kernels kernels) {
    String first = round(kernels);
    long began = System.nanoTime();
    for (int i = 1; i < MOST_ROUNDS; i++) {
      if (i >= LEAST_ROUNDS && System.nanoTime() - began > ENOUGH_NANOS) {
        break;
      }
      String again = round(kernels);
      if (!again.equals(first)) {
        throw new IllegalStateException(
            "the %s kernels gave other bits in round %d than at first; this JVM cannot be trusted"
                .formatted(kernels.name(), i));
      }
    }
    return first;
  }

  private static String round(Kernels kernels) {
    Sample sample = new Sample();
    float[] x = sample.numbers(ROWS * IN);
    float[] w = sample.numbers(IN * OUT);
    float[] b = sample.numbers(OUT);
    float[] g = sample.numbers(ROWS * OUT);
    ShardRows shards = new ShardRows(new int[] {0, 9, 9, 20, ROWS});

    float[] y = new float[ROWS * OUT];
    kernels.affine(ROWS, IN, OUT, x, 0, w, 0, b, 0, false, y, 0);
    sample.add(y);
    kernels.affine(ROWS, IN, OUT, x, 0, w, 0, b, 0, true, y, 0);
    sample.add(y);
    float[] dx = new float[ROWS * IN];
    kernels.inputGradient(ROWS, IN, OUT, g, 0, w, 0, dx, 0);
    sample.add(dx);
    float[] dw = new float[IN * OUT];
    kernels.weightGradient(shards, IN, OUT, x, 0, g, 0, dw, 0);
    sample.add(dw);
    float[] db = new float[OUT];
    kernels.biasGradient(shards, OUT, g, 0, db, 0);
    sample.add(db);
    head(kernels, sample, shards);
    convolutions(kernels, sample);
    functions(kernels, sample);
    rounding(kernels, sample);
    return sample.hash();
  }

  /** Few outputs have kernels of their own. */
  private static void head(Kernels kernels, Sample sample, ShardRows shards) {
    int out = 7;
    float[] x = sample.numbers(ROWS * IN);
    float[] w = sample.numbers(IN * out);
    float[] g = sample.numbers(ROWS * out);
    float[] y = new float[ROWS * out];
    kernels.affine(ROWS, IN, out, x, 0, w, 0, sample.numbers(out), 0, false, y, 0);
    sample.add(y);
    float[] dw = new float[IN * out];
    kernels.weightGradient(shards, IN, out, x, 0, g, 0, dw, 0);
    sample.add(dw);
  }

  private static void convolutions(Kernels kernels, Sample sample) {
    ConvShape shape = new ConvShape(3, 11, 9, 17, 3, 3, 2, 1, 1);
    int rows = 5;
    float[] x = sample.numbers(rows * shape.inputSize());
    float[] w = sample.numbers(shape.taps() * shape.filters());
    float[] b = sample.numbers(shape.filters());
    float[] y = new float[rows * shape.outputSize()];
    kernels.convolve(shape, rows, x, 0, w, 0, b, 0, y, 0);
    sample.add(y);
    float[] dx = new float[x.length];
    kernels.convolveInputGradient(shape, rows, y, 0, w, 0, dx, 0);
    sample.add(dx);
    float[] dw = new float[w.length + shape.filters()];
    kernels.convolveWeightGradient(shape, new ShardRows(new int[] {0, 2, rows}), x, 0, y, 0, dw, 0);
    sample.add(dw);
    pooling(kernels, sample);
    pooledConvolution(kernels, sample);
  }

  private static void pooling(Kernels kernels, Sample sample) {
    PoolShape shape = new PoolShape(11, 9, 2, 2);
    int planes = 5;
    float[] x = sample.numbers(planes * shape.inputs());
    float[] g = sample.numbers(planes * shape.outputs());
    float[] y = new float[g.length];
    float[] winners = new float[g.length];
    kernels.maxPool(shape, planes, true, x, y, winners);
    sample.add(y);
    sample.add(winners);
    float[] dx = new float[x.length];
    kernels.maxPoolGradient(shape, planes, winners, g, dx);
    sample.add(dx);
  }

  private static void pooledConvolution(Kernels kernels, Sample sample) {
    ConvShape convolution = new ConvShape(32, 7, 6, 32, 3, 3, 1, 1, 1);
    int rows = 3;
    float[] x = sample.numbers(rows * convolution.inputSize());
    float[] w = sample.numbers(convolution.taps() * convolution.filters());
    float[] b = sample.numbers(convolution.filters());
    PooledConvShape plain = new PooledConvShape(convolution, true, false, false);
    float[] g = sample.numbers(rows * plain.outputSize());
    pooledConvolution(kernels, sample, plain, rows, x, w, b, g);
    // Kernels without tiles, too, so that all are asked for as much.
    boolean tiles = kernels.tile() > 0;
    PooledConvShape tiled = new PooledConvShape(convolution, true, tiles, tiles);
    pooledConvolution(kernels, sample, tiled, rows, x, w, b, g);
  }

  private static void pooledConvolution(
      Kernels kernels,
      Sample sample,
      PooledConvShape shape,
      int rows,
      float[] x,
      float[] w,
      float[] b,
      float[] g) {
    ConvShape convolution = shape.convolution();
    int inputs = convolution.height() * convolution.width();
    int outputs = shape.pool().outputs();
    int channels = convolution.channels();
    int filters = convolution.filters();
    int in = shape.tiledInput() ? kernels.tile() : 1;
    int out = shape.tiledOutput() ? kernels.tile() : 1;
    float[] input = TiledImages.of(x, rows, channels, inputs, in);
    float[] gradient = TiledImages.of(g, rows, filters, outputs, out);
    float[] winners = new float[g.length];
    float[] y = new float[g.length];
    kernels.convolveMaxPool(shape, rows, input, w, 0, b, 0, winners, y);
    sample.add(TiledImages.undone(y, rows, filters, outputs, out));
    float[] dw = new float[w.length + filters];
    float[] dx = new float[x.length];
    ShardRows shards = new ShardRows(new int[] {0, 1, rows});
    kernels.convolveMaxPoolGradients(shape, shards, input, w, 0, winners, gradient, dw, 0, dx);
    sample.add(dw);
    sample.add(TiledImages.undone(dx, rows, channels, inputs, in));
  }

  private static void functions(Kernels kernels, Sample sample) {
    float[] x = sample.numbers(1000);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 20;
    }
    float[] y = new float[x.length];
    kernels.exp(x.length, x, 0, y, 0);
    sample.add(y);
    kernels.tanh(x.length, x, 0, y, 0);
    sample.add(y);
    kernels.sigmoid(x.length, x, 0, y, 0);
    sample.add(y);
    for (int i = 0; i < x.length; i++) {
      y[i] = Functions.log(Math.abs(x[i]) + 1e-3f);
    }
    sample.add(y);
  }

  private static void rounding(Kernels kernels, Sample sample) {
    float[] x = sample.numbers(1000);
    kernels.roundStochastically(7_301, 2, 3, x, 0, 5, 5 + x.length);
    sample.add(x);
  }

  /** Fixed numbers in, bits out. */
  private static final class Sample {
    private final Philox random = Philox.stream(7_301, Philox.Purpose.GENERATE, 0, 0, 0);
    private final MessageDigest digest;

    Sample() {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    /** Uniform in [-1, 1). */
    float[] numbers(int count) {
      float[] numbers = new float[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = 2 * random.nextFloat() - 1;
      }
      return numbers;
    }

    void add(float[] results) {
      ByteBuffer bytes =
          ByteBuffer.allocate(results.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(results);
      digest.update(bytes);
    }

    String hash() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
