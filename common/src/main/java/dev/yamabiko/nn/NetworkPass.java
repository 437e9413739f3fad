package dev.yamabiko.nn;

import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ShardRows;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One thread's workspace: runs batches forward and backward through a network and keeps the
 * activations in between. The arrays grow to the largest batch seen and are used again.
 */
public final class NetworkPass {

  /** Hears of gradients as backward produces them, from the last layer to the first. */
  public interface GradientListener {
    /**
     * The gradient of all parameters from this index of the flat vector on is final. The indexes
     * never rise; one may come twice.
     */
    void finalFrom(int index);
  }

  private static final GradientListener NOBODY = index -> {};

  /**
   * Keeps apart what a listener throws, as it does where a run diverges, from what a layer does.
   */
  private static final class Heard implements GradientListener {
    private final GradientListener listener;
    private Throwable thrown;

    Heard(GradientListener listener) {
      this.listener = listener;
    }

    @Override
    public void finalFrom(int index) {
      try {
        listener.finalFrom(index);
      } catch (RuntimeException | Error e) {
        thrown = e;
        throw e;
      }
    }
  }

  private final Network network;
  private final Kernels kernels;
  private final List<Node> nodes;
  private final int firstTrained;

  /** By number of the node: its layer, or with those before it in one; null where that is so. */
  private final Layer[] layers;

  /** By number of the node: the one whose parameters {@link #layers} of it has. */
  private final Node[] owners;

  /** By number of the node: the value that {@link #layers} of it reads. */
  private final int[] inputs;

  /** By number of the node: the value that is added to its layer's output, or {@link Node#NONE}. */
  private final int[] addends;

  /** By number of the value; {@link Node} says which is which. */
  private final float[][] values;

  private final float[][] saved;

  /** dE/dvalue while backward needs it, else null; the arrays come from {@link #free}. */
  private final float[][] gradients;

  private final Deque<float[]> free = new ArrayDeque<>();
  private int capacity;

  public NetworkPass(Network network, Kernels kernels) {
    this.network = network;
    this.kernels = kernels;
    nodes = network.nodes();
    firstTrained = network.firstTrained();
    layers = new Layer[nodes.size()];
    owners = nodes.toArray(new Node[0]);
    inputs = new int[nodes.size()];
    addends = new int[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      layers[i] = nodes.get(i).layer();
      inputs[i] = nodes.get(i).input();
      addends[i] = nodes.get(i).addend();
    }
    for (int i = 0; i < nodes.size(); i++) {
      join(i);
    }
    for (int i = 0; i < nodes.size(); i++) {
      tile(i);
    }
    for (int i = 0; i < nodes.size() - 1; i++) {
      passBy(i);
    }
    values = new float[nodes.size() + 1][0];
    saved = new float[nodes.size()][0];
    gradients = new float[nodes.size() + 1][];
  }

  /** Joins node i with those before it, as long as it alone reads what they compute. */
  private void join(int i) {
    if (inputs[i] == 0 || !isReadOnce(inputs[i])) {
      return;
    }
    int before = inputs[i] - 1;
    Optional<Layer> joined = layers[i].joinedWith(layers[before]);
    if (joined.isPresent()) {
      if (!layers[before].parameters().isEmpty()) {
        owners[i] = owners[before];
      }
      layers[i] = joined.get();
      inputs[i] = inputs[before];
      layers[before] = null;
      join(i);
    }
  }

  /** Has node i read tiles where both it and the one that it reads from can. */
  private void tile(int i) {
    int tile = kernels.tile();
    int before = inputs[i] - 1;
    if (tile > 0
        && before >= 0
        && isReadOnce(inputs[i])
        && layers[before] instanceof PooledConv2d writer
        && layers[i] instanceof PooledConv2d reader
        && writer.givesTiles(tile)
        && reader.takesTiles(tile)) {
      layers[before] = writer.withTiledOutput();
      layers[i] = reader.withTiledInput();
    }
  }

  /**
   * Has whoever reads node i's output read its input, where that is the same as it lies and nobody
   * else reads it: what readers give back is added in the same order.
   */
  private void passBy(int i) {
    if (layers[i] == null
        || !layers[i].isView()
        || !layers[i].parameters().isEmpty()
        || !layers[i].buffers().isEmpty()
        || addends[i] != Node.NONE
        || inputs[i] > 0 && !isReadByOneLayer(inputs[i])) {
      return;
    }
    layers[i] = null;
    for (int reader = i + 1; reader < nodes.size(); reader++) {
      if (inputs[reader] == i + 1) {
        inputs[reader] = inputs[i];
      }
      if (addends[reader] == i + 1) {
        addends[reader] = inputs[i];
      }
    }
  }

  /** Whether one layer reads it, as they read now, and nothing is added to it. */
  private boolean isReadOnce(int value) {
    return isReadByOneLayer(value) && addends[value - 1] == Node.NONE;
  }

  private boolean isReadByOneLayer(int value) {
    return IntStream.range(0, layers.length)
            .filter(i -> layers[i] != null && (inputs[i] == value || addends[i] == value))
            .count()
        == 1;
  }

  public Kernels kernels() {
    return kernels;
  }

  /** As {@link Network#countScratch}. */
  void countScratch(KernelScratch scratch, int rows, int shards) {
    for (Layer layer : layers) {
      if (layer != null) {
        layer.countScratch(scratch, rows, shards);
      }
    }
  }

  /** Where the caller puts the inputs of {@code rows} examples before {@link #forward}. */
  public float[] input(int rows) {
    reserve(rows);
    return values[0];
  }

  /** Where the caller puts dE/dY before {@link #backward}. */
  public float[] outputGradient() {
    int output = nodes.size();
    if (gradients[output] == null) {
      gradients[output] = take();
    }
    return gradients[output];
  }

  private void reserve(int rows) {
    if (rows <= capacity) {
      return;
    }
    values[0] = allocate(rows, network.inputShape().size());
    for (int i = 0; i < nodes.size(); i++) {
      if (layers[i] != null) {
        values[i + 1] = allocate(rows, layers[i].outputShape().size());
        saved[i] = allocate(rows, layers[i].savedSize());
      }
    }
    free.clear();
    Arrays.fill(gradients, null);
    capacity = rows;
  }

  private static float[] allocate(int rows, int size) {
    return new float[Math.multiplyExact(rows, size)];
  }

  private float[] take() {
    return free.isEmpty() ? allocate(capacity, network.widestActivation()) : free.pop();
  }

  private LayerCall call(
      int i, float[] weights, ShardRows shards, Training training, GradientListener listener) {
    Node node = owners[i];
    return new LayerCall(
        kernels,
        shards,
        weights,
        i,
        node.offset(),
        node.bufferOffset(),
        node.frozen() ? null : training,
        node.frozen() ? NOBODY : listener);
  }

  /**
   * The network's output for the examples in {@link #input}.
   *
   * @param training null when evaluating
   */
  public float[] forward(float[] weights, ShardRows shards, Training training) {
    if (training != null) {
      // Frozen buffers have no sums.
      Arrays.fill(training.sums(), network.parameterCount(), network.length(), 0f);
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (layers[i] == null) {
        continue;
      }
      Node node = nodes.get(i);
      LayerCall call = call(i, weights, shards, training, NOBODY);
      try {
        layers[i].forward(call, values[inputs[i]], values[i + 1], saved[i]);
      } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
        throw LayerException.of(node, e);
      }
      if (addends[i] != Node.NONE) {
        add(values[addends[i]], values[i + 1], shards.rows() * outputSize(i));
      }
    }
    return values[nodes.size()];
  }

  private int outputSize(int i) {
    return nodes.get(i).layer().outputShape().size();
  }

  private static void add(float[] more, float[] sum, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] = sum[i] + more[i];
    }
  }

  /**
   * From dE/dY in {@link #outputGradient} to the gradient of every parameter, summed over the
   * examples of the last {@link #forward} along the tree over its shards. That of frozen layers is
   * 0, as it is of all below the first layer that is trained.
   *
   * @param training as in that forward pass
   */
  public void backward(
      float[] weights,
      ShardRows shards,
      Training training,
      float[] gradient,
      GradientListener listener) {
    forgetGradients();
    Heard heard = new Heard(listener);
    int bottom = network.offset(firstTrained);
    for (int i = nodes.size() - 1; i >= firstTrained; i--) {
      if (layers[i] == null) {
        continue;
      }
      Node node = nodes.get(i);
      Node owner = owners[i];
      float[] g = gradients[i + 1];
      gradients[i + 1] = null;
      float[] dx = isWanted(inputs[i]) ? take() : null;
      LayerCall call = call(i, weights, shards, training, heard);
      try {
        layers[i].backward(call, values[inputs[i]], values[i + 1], saved[i], g, dx, gradient);
      } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
        if (e == heard.thrown) {
          throw e;
        }
        throw LayerException.of(node, e);
      }
      if (owner.frozen()) {
        // Nobody reads it, but the bits of two answers are compared, and it need not have those of
        // a shard computed whole where the shard comes in pieces.
        Arrays.fill(gradient, owner.offset(), owner.offset() + owner.parameterCount(), 0f);
      }
      give(inputs[i], dx, shards.rows());
      if (addends[i] != Node.NONE && isWanted(addends[i])) {
        give(addends[i], g, shards.rows());
      } else {
        free.push(g);
      }
      if (owner.offset() > bottom) {
        listener.finalFrom(owner.offset());
      }
    }
    Arrays.fill(gradient, 0, bottom, 0f);
    listener.finalFrom(0);
  }

  /** Those of a backward pass that ended early, as it does where the run diverges. */
  private void forgetGradients() {
    for (int value = 0; value < nodes.size(); value++) {
      if (gradients[value] != null) {
        free.push(gradients[value]);
        gradients[value] = null;
      }
    }
  }

  /** Whether something that is trained stands below this value. */
  private boolean isWanted(int value) {
    return value > firstTrained;
  }

  /** Adds to the gradient of a value that may have other readers; takes over the array. */
  private void give(int value, float[] g, int rows) {
    if (g == null) {
      return;
    }
    if (gradients[value] == null) {
      gradients[value] = g;
    } else {
      add(g, gradients[value], rows * outputSize(value - 1));
      free.push(g);
    }
  }

  /** The first layer whose output for this row of the last forward pass is not finite, or -1. */
  public int firstNonFiniteLayer(int row) {
    for (int i = 0; i < nodes.size(); i++) {
      int size = outputSize(i);
      if (layers[i] != null
          && kernels.firstNonFinite(values[i + 1], row * size, (row + 1) * size) >= 0) {
        return nodes.indexOf(owners[i]);
      }
    }
    return -1;
  }
}
