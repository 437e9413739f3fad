package dev.yamabiko.nn;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ShardRows;
import java.util.List;

/**
 * One thread's workspace: runs batches forward and backward through a network and keeps the
 * activations in between. The arrays grow to the largest batch seen and are used again.
 */
public final class NetworkPass {

  /** Hears of gradients as backward produces them, from the last layer to the first. */
  public interface GradientListener {
    /** The gradient of all parameters from this index of the flat vector on is final. */
    void finalFrom(int index);
  }

  private final Network network;
  private final Kernels kernels;
  private final float[][] activations;
  private final float[][] saved;
  private float[] gradientIn = new float[0];
  private float[] gradientOut = new float[0];
  private int capacity;

  public NetworkPass(Network network, Kernels kernels) {
    this.network = network;
    this.kernels = kernels;
    int layers = network.layers().size();
    activations = new float[layers + 1][0];
    saved = new float[layers][0];
  }

  public Kernels kernels() {
    return kernels;
  }

  /** Where the caller puts the inputs of {@code rows} examples before {@link #forward}. */
  public float[] input(int rows) {
    reserve(rows);
    return activations[0];
  }

  /** Where the caller puts dE/dY before {@link #backward}. */
  public float[] outputGradient() {
    return gradientOut;
  }

  private void reserve(int rows) {
    if (rows <= capacity) {
      return;
    }
    List<Layer> layers = network.layers();
    activations[0] = allocate(rows, network.inputShape().size());
    for (int i = 0; i < layers.size(); i++) {
      activations[i + 1] = allocate(rows, layers.get(i).outputShape().size());
      saved[i] = allocate(rows, layers.get(i).savedSize());
    }
    gradientIn = allocate(rows, network.widestActivation());
    gradientOut = allocate(rows, network.widestActivation());
    capacity = rows;
  }

  private static float[] allocate(int rows, int size) {
    return new float[Math.multiplyExact(rows, size)];
  }

  /** The network's output for the examples in {@link #input}. */
  public float[] forward(float[] weights, ShardRows shards) {
    List<Layer> layers = network.layers();
    for (int i = 0; i < layers.size(); i++) {
      LayerCall call = new LayerCall(kernels, shards, weights, network.offset(i));
      layers.get(i).forward(call, activations[i], activations[i + 1], saved[i]);
    }
    return activations[layers.size()];
  }

  /**
   * From dE/dY in {@link #outputGradient} to the gradient of every parameter, summed over the
   * examples of the last {@link #forward} along the tree over its shards.
   */
  public void backward(
      float[] weights, ShardRows shards, float[] gradient, GradientListener listener) {
    List<Layer> layers = network.layers();
    for (int i = layers.size() - 1; i >= 0; i--) {
      LayerCall call = new LayerCall(kernels, shards, weights, network.offset(i));
      boolean wanted = network.offset(i) > 0;
      layers
          .get(i)
          .backward(
              call,
              activations[i],
              activations[i + 1],
              saved[i],
              gradientOut,
              wanted ? gradientIn : null,
              gradient);
      float[] swap = gradientIn;
      gradientIn = gradientOut;
      gradientOut = swap;
      listener.finalFrom(network.offset(i));
      if (!wanted) {
        break;
      }
    }
  }

  /** The first layer whose output of the last forward pass holds NaN or infinity, or -1. */
  public int firstNonFiniteLayer(int rows) {
    for (int i = 0; i < network.layers().size(); i++) {
      int n = rows * network.layers().get(i).outputShape().size();
      if (firstNonFinite(activations[i + 1], 0, n) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** The first index in [from, to) whose value is NaN or infinite, or -1. */
  public static int firstNonFinite(float[] values, int from, int to) {
    // x * 0 is 0 for every finite x, NaN else: one cheap pass, then a search only where needed.
    // Four sums, because each addition waits for the one before.
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int whole = from + (to - from) / 4 * 4;
    for (int i = from; i < whole; i += 4) {
      a += values[i] * 0f;
      b += values[i + 1] * 0f;
      c += values[i + 2] * 0f;
      d += values[i + 3] * 0f;
    }
    for (int i = whole; i < to; i++) {
      a += values[i] * 0f;
    }
    if (a + b + c + d == 0) {
      return -1;
    }
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        return i;
      }
    }
    return -1;
  }
}
