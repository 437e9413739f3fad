package dev.yamabiko.nn;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ShardRows;

/**
 * What a layer is called with.
 *
 * @param kernels of the calling thread
 * @param shards which rows belong to which shard; their number is the batch's
 * @param weights the network's whole flat parameter vector
 * @param offset of this layer's first parameter in it
 */
public record LayerCall(Kernels kernels, ShardRows shards, float[] weights, int offset) {
  public int rows() {
    return shards.rows();
  }
}
