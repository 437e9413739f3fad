package dev.yamabiko.nn;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ShardRows;

/**
 * What a layer is called with.
 *
 * @param kernels of the calling thread
 * @param shards which rows belong to which shard; their number is the batch's
 * @param weights the network's whole flat vector: parameters, then buffers
 * @param layer the layer's number in its network, part of the key of its random numbers
 * @param offset of this layer's first parameter in the flat vector
 * @param bufferOffset of this layer's first buffer in the flat vector
 * @param training null when evaluating: no randomness, buffers are read and not measured
 * @param listener may hear in backward of the layer's gradient, from its last parameter to its
 *     first, as it becomes final; of the whole the caller tells it
 */
public record LayerCall(
    Kernels kernels,
    ShardRows shards,
    float[] weights,
    int layer,
    int offset,
    int bufferOffset,
    Training training,
    NetworkPass.GradientListener listener) {

  /** Nobody has use for a part of the layer's gradient. */
  public LayerCall(
      Kernels kernels,
      ShardRows shards,
      float[] weights,
      int layer,
      int offset,
      int bufferOffset,
      Training training) {
    this(kernels, shards, weights, layer, offset, bufferOffset, training, index -> {});
  }

  public int rows() {
    return shards.rows();
  }
}
