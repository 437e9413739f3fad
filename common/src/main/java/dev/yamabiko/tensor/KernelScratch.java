package dev.yamabiko.tensor;

import java.util.List;
import java.util.stream.Stream;

/**
 * An account of the scratch memory that the kernels of one thread grow to and keep. It is told of
 * every kind of call that they get, with the most rows and shards, and says what all of them leave
 * behind, as an upper bound: arrays that several calls share are counted once, as long as the
 * longest.
 */
public interface KernelScratch {

  /** Of one array; some JVMs refuse the very last few. */
  int MOST_FLOATS = Integer.MAX_VALUE - 8;

  /** {@link Kernels#affine} and its gradients. */
  void dense(int rows, int in, int out, int shards);

  /** {@link Kernels#convolve} and its gradients. */
  void convolution(ConvShape shape, int shards);

  /** {@link Kernels#convolveMaxPool} and its gradients, with images tiled or not. */
  void pooledConvolution(PooledConvShape shape, int rows, int shards);

  /** Of 4 bytes each. */
  long floats();

  /**
   * Of vector kernels on whatever machine: what the greediest width takes in a heap that is not
   * large. So all nodes forecast alike, and for each other.
   */
  static Greediest ofAnyVectors() {
    // Of 8 floats where steps are not level take less than those that are.
    return new Greediest(
        Stream.of(new VectorSizes(4, false), new VectorSizes(8, true), new VectorSizes(16, false))
            .map(sizes -> new VectorScratch(sizes, 0))
            .toList());
  }

  /** What the one takes that takes most. */
  record Greediest(List<VectorScratch> each) implements KernelScratch {
    @Override
    public void dense(int rows, int in, int out, int shards) {
      each.forEach(one -> one.dense(rows, in, out, shards));
    }

    @Override
    public void convolution(ConvShape shape, int shards) {
      each.forEach(one -> one.convolution(shape, shards));
    }

    @Override
    public void pooledConvolution(PooledConvShape shape, int rows, int shards) {
      each.forEach(one -> one.pooledConvolution(shape, rows, shards));
    }

    @Override
    public long floats() {
      return each.stream().mapToLong(KernelScratch::floats).max().orElseThrow();
    }

    /** Of the floats, how many each further row adds where batches are long. */
    public long floatsPerRow() {
      return each.stream().mapToLong(VectorScratch::floatsPerRow).max().orElseThrow();
    }

    /**
     * Floats of the longest array that a convolution needs, whose images are computed one by one.
     *
     * @param inputGradient whether it is wanted, too, besides that of the weights
     */
    public long longestOfConvolution(boolean inputGradient) {
      return each.stream()
          .mapToLong(one -> one.longestOfConvolution(inputGradient))
          .max()
          .orElseThrow();
    }

    /** How many rows at once the longest of the arrays has room for. */
    public int mostRows() {
      return each.stream().mapToInt(VectorScratch::mostRows).min().orElseThrow();
    }
  }
}
