package dev.yamabiko.nn;

import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Layers with their places in the flat vector: all parameters, layer by layer, parameter by
 * parameter, row-major; behind them all buffers in the same order. A chain, but for residual
 * blocks, whose layers stand in the chain one after the other. Immutable.
 */
public final class Network {

  private final Shape input;
  private final List<Node> nodes;
  private final int parameterCount;
  private final int length;
  private final int gradients;

  private Network(Shape input, List<Node> nodes, int parameterCount, int length, int gradients) {
    this.input = input;
    this.nodes = List.copyOf(nodes);
    this.parameterCount = parameterCount;
    this.length = length;
    this.gradients = gradients;
  }

  public static Network build(Shape input, List<LayerSpec> specs) {
    return build(input, specs, Set.of());
  }

  /**
   * Chains the layers' shapes from the input on.
   *
   * @param frozen numbers of the specs whose parameters and buffers stay as they are
   * @throws ShapeMismatchException naming the layer that does not fit
   */
  public static Network build(Shape input, List<LayerSpec> specs, Set<Integer> frozen) {
    if (specs.isEmpty()) {
      throw new ShapeMismatchException("a model needs at least one layer");
    }
    NetworkBuilder builder = new NetworkBuilder(input);
    for (int i = 0; i < specs.size(); i++) {
      builder.append(Integer.toString(i), specs.get(i), frozen.contains(i));
    }
    List<Node> nodes = builder.nodes();
    int parameters = nodes.stream().mapToInt(Node::parameterCount).sum();
    int buffers = 0;
    for (Node node : nodes) {
      for (Buffer buffer : node.layer().buffers()) {
        buffers = Math.addExact(buffers, buffer.size());
      }
    }
    return new Network(
        input, nodes, parameters, Math.addExact(parameters, buffers), 2 + builder.deepestBlock());
  }

  /** In the order in which they are computed. */
  public List<Node> nodes() {
    return nodes;
  }

  public List<Layer> layers() {
    return nodes.stream().map(Node::layer).toList();
  }

  public Shape inputShape() {
    return input;
  }

  public Shape outputShape() {
    return nodes.get(nodes.size() - 1).layer().outputShape();
  }

  public int parameterCount() {
    return parameterCount;
  }

  /** Of the flat vector: parameters and buffers. */
  public int length() {
    return length;
  }

  /** Where node i's parameters begin; {@code offset(nodes().size())} is the parameter count. */
  public int offset(int node) {
    return node == nodes.size() ? parameterCount : nodes.get(node).offset();
  }

  /** "layer 3 (dense 10)". */
  public String describeLayer(int node) {
    return nodes.get(node).describe();
  }

  /** The number of the node that owns the flat vector's element at this index. */
  public int layerOfParameter(int index) {
    if (index >= parameterCount) {
      int node = nodes.size() - 1;
      while (nodes.get(node).bufferOffset() > index
          || nodes.get(node).layer().buffers().isEmpty()) {
        node--;
      }
      return node;
    }
    int node = 0;
    while (index >= offset(node + 1)) {
      node++;
    }
    return node;
  }

  /** The first node that descent changes; {@code nodes().size()} if there is none. */
  public int firstTrained() {
    int node = 0;
    while (node < nodes.size() && !nodes.get(node).isTrained()) {
      node++;
    }
    return node;
  }

  /** A parameter's place in the flat vector. */
  public record Place(String name, Parameter parameter, int offset) {}

  /** A buffer's place in the flat vector. */
  public record BufferPlace(String name, Buffer buffer, int offset) {}

  /** All parameters in the order of the flat vector, named "LAYER.NAME", as "3.weight". */
  public List<Place> places() {
    return places(nodes);
  }

  /** Those of layers that are not frozen. */
  public List<Place> trainedPlaces() {
    return places(nodes.stream().filter(node -> !node.frozen()).toList());
  }

  private static List<Place> places(List<Node> nodes) {
    List<Place> places = new ArrayList<>();
    for (Node node : nodes) {
      int at = node.offset();
      for (Parameter p : node.layer().parameters()) {
        places.add(new Place(node.name() + "." + p.name(), p, at));
        at += p.size();
      }
    }
    return places;
  }

  /** All buffers in the order of the flat vector, named as parameters are. */
  public List<BufferPlace> bufferPlaces() {
    List<BufferPlace> places = new ArrayList<>();
    for (Node node : nodes) {
      int at = node.bufferOffset();
      for (Buffer b : node.layer().buffers()) {
        places.add(new BufferPlace(node.name() + "." + b.name(), b, at));
        at += b.size();
      }
    }
    return places;
  }

  /** What a step does to which part of the flat vector; the regions cover it in order. */
  public List<Region> regions() {
    List<Region> regions = new ArrayList<>();
    for (Node node : nodes) {
      int to = node.offset() + node.parameterCount();
      Region.Rule rule = node.frozen() ? Region.Rule.FROZEN : Region.Rule.TRAINED;
      add(regions, new Region(node.offset(), to, rule, 0));
    }
    for (Node node : nodes) {
      int at = node.bufferOffset();
      for (Buffer b : node.layer().buffers()) {
        Region.Rule rule = node.frozen() ? Region.Rule.FROZEN : Region.Rule.AVERAGED;
        add(regions, new Region(at, at + b.size(), rule, node.frozen() ? 0 : b.momentum()));
        at += b.size();
      }
    }
    return regions;
  }

  /** Neighbours of one kind become one region. */
  private static void add(List<Region> regions, Region next) {
    if (next.from() == next.to()) {
      return;
    }
    int last = regions.size() - 1;
    if (last >= 0
        && regions.get(last).rule() == next.rule()
        && regions.get(last).momentum() == next.momentum()) {
      Region before = regions.remove(last);
      regions.add(new Region(before.from(), next.to(), next.rule(), next.momentum()));
    } else {
      regions.add(next);
    }
  }

  /** The flat vector before step 0: a pure function of the seed. */
  public float[] initialWeights(long seed) {
    float[] weights = new float[length];
    int number = 0;
    for (Place place : places()) {
      Philox random = Philox.stream(seed, Philox.Purpose.INITIALIZE, number++, 0, 0);
      place.parameter().initializer().fill(random, place.parameter(), weights, place.offset());
    }
    for (BufferPlace place : bufferPlaces()) {
      int to = place.offset() + place.buffer().size();
      Arrays.fill(weights, place.offset(), to, place.buffer().initial());
    }
    return weights;
  }

  /**
   * Why no shard may have this many rows, the layer named; see {@link Layer#refusesShard}.
   *
   * @throws LayerException if a layer does not say
   */
  public Optional<String> refusesShard(int rows) {
    for (Node node : nodes) {
      Optional<String> reason = node.frozen() ? Optional.empty() : refusesShard(node, rows);
      if (reason.isPresent()) {
        return reason.map(why -> node.describe() + ": " + why);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refusesShard(Node node, int rows) {
    try {
      return Objects.requireNonNull(
          node.layer().refusesShard(rows), "refusesShard(int) must not return null");
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw LayerException.of(node, e);
    }
  }

  /** Whether a shard must be computed whole; see {@link Layer#takesShardStatistics}. */
  public boolean takesShardStatistics() {
    return nodes.stream().anyMatch(node -> !node.frozen() && node.layer().takesShardStatistics());
  }

  /** Floats per example that a training pass keeps: every layer's output and what it saves. */
  public long activationsPerExample() {
    long floats = input.size();
    for (Layer layer : layers()) {
      floats += layer.outputShape().size() + layer.savedSize();
    }
    return floats;
  }

  /**
   * How many examples at once keep activations, their gradients and what vector kernels of any
   * width pack of them within these bytes, and every array within what an array can hold; at least
   * 1.
   */
  public int rowsWithin(long bytes) {
    int widest = widestActivation();
    for (Layer layer : layers()) {
      widest = Math.max(widest, layer.savedSize());
    }
    KernelScratch.Greediest packed = KernelScratch.ofAnyVectors();
    countScratch(packed, 1, 1);
    int most = Math.min(KernelScratch.MOST_FLOATS / widest, packed.mostRows());
    long floats = floatsPerExample() + packed.floatsPerRow() + keptBeside();
    return (int) Math.max(1, Math.min(bytes / (floats * Float.BYTES), most));
  }

  /** Of each example its targets, its loss (8 bytes) and its number. */
  private long keptBeside() {
    return outputShape().size() + 3L;
  }

  /**
   * Tells of what kernels keep that compute so many rows at once, forward and backward, of at most
   * so many shards.
   */
  public void countScratch(KernelScratch scratch, int rows, int shards) {
    // Layers are joined alike whatever the kernels.
    new NetworkPass(this, new ScalarKernels()).countScratch(scratch, rows, shards);
  }

  /**
   * Multiplications per example of a forward pass, about: each of a layer's parameters meets each
   * position of its input once, which for an image of C x H x W are H * W.
   */
  public long multiplicationsPerExample() {
    long multiplications = 0;
    for (Node node : nodes) {
      Shape in = node.layer().inputShape();
      long positions = in.rank() == 1 ? 1 : in.size() / in.dimension(0);
      multiplications += node.parameterCount() * positions;
    }
    return multiplications;
  }

  /** The largest input or output of any layer, in floats per example. */
  public int widestActivation() {
    int widest = input.size();
    for (Layer layer : layers()) {
      widest = Math.max(widest, layer.outputShape().size());
    }
    return widest;
  }

  /** Floats per example that training needs: activations, and gradients with respect to them. */
  public long floatsPerExample() {
    return activationsPerExample() + (long) gradients * widestActivation();
  }
}
