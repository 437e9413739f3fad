package dev.yamabiko.nn;

import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * One step of the network: a pure function of (parameters, input), and its derivative. A layer is
 * immutable; one instance serves all threads.
 *
 * <p>Values are row-major, one example after the other, from index 0 on. Forward and input gradient
 * of an example depend on that example alone, unless {@link #takesShardStatistics}; parameter
 * gradients are summed over examples, along the tree over the shards of {@link LayerCall#shards}.
 */
public interface Layer {

  /** The kind as job files spell it, with its sizes: "conv2d 16 3x3". */
  String describe();

  Shape inputShape();

  Shape outputShape();

  /** In the order in which they lie in the flat vector; empty for most layers. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** In the order in which they lie behind the parameters of all layers; empty for most. */
  default List<Buffer> buffers() {
    return List.of();
  }

  /** Floats per example that forward keeps for backward, beyond input and output. */
  default int savedSize() {
    return 0;
  }

  /**
   * Why a shard of this many rows cannot be trained on; a statistic of a single value has no
   * variance.
   */
  default Optional<String> refusesShard(int rows) {
    return Optional.empty();
  }

  /**
   * Whether in training an example's output depends on the other examples of its shard, so that a
   * shard cannot be computed in pieces.
   */
  default boolean takesShardStatistics() {
    return false;
  }

  /**
   * This layer and the one before it in one, for speed: the same output and gradients, to the bit,
   * without the value in between. Neither has buffers or randomness, and parameters only the one
   * before; they are then those of both.
   */
  default Optional<Layer> joinedWith(Layer before) {
    return Optional.empty();
  }

  /**
   * Whether Y is X as it lies, and dX is G, in training and otherwise, so that nobody need call the
   * layer at all: its readers may read its input. Only of layers without parameters and buffers.
   */
  default boolean isView() {
    return false;
  }

  /** Y from X for all rows of the call. */
  void forward(LayerCall call, float[] x, float[] y, float[] saved);

  /**
   * From G = dL/dY: dX = dL/dX, and the parameters' gradients, written (not added) to {@code
   * gradient} at the parameters' own offsets in the flat vector.
   *
   * @param g of no use afterwards, unless the layer stands at the end of a residual block
   * @param dx null where nobody asks for it (the first layer)
   */
  void backward(
      LayerCall call, float[] x, float[] y, float[] saved, float[] g, float[] dx, float[] gradient);

  /**
   * Tells of the kernels that forward and backward call and that keep scratch memory.
   *
   * @param rows the most of one call
   * @param shards the same
   */
  default void countScratch(KernelScratch scratch, int rows, int shards) {}

  /**
   * The layer's formula in double precision, straight from its definition: what {@code gradcheck}
   * differentiates numerically and what tests compare with. A layer without it trains all the same.
   *
   * @param call as {@link #forward} gets it; its kernels and weights are not used
   * @param w this layer's parameters and then its buffers, from index 0 on
   */
  default void reference(LayerCall call, double[] w, double[] x, double[] y) {
    throw new MissingReferenceException(describe());
  }
}
