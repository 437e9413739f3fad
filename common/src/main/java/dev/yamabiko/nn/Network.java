package dev.yamabiko.nn;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A stack of layers with their places in the flat parameter vector: layer by layer, parameter by
 * parameter, row-major. Immutable.
 */
public final class Network {

  private final Shape input;
  private final List<Layer> layers;
  private final int[] offsets;

  private Network(Shape input, List<Layer> layers, int[] offsets) {
    this.input = input;
    this.layers = List.copyOf(layers);
    this.offsets = offsets;
  }

  /**
   * Chains the layers' shapes from the input on.
   *
   * @throws ShapeMismatchException naming the layer that does not fit
   */
  public static Network build(Shape input, List<LayerSpec> specs) {
    if (specs.isEmpty()) {
      throw new ShapeMismatchException("a model needs at least one layer");
    }
    List<Layer> layers = new ArrayList<>();
    int[] offsets = new int[specs.size() + 1];
    Shape shape = input;
    long total = 0;
    for (int i = 0; i < specs.size(); i++) {
      LayerSpec spec = specs.get(i);
      Layer layer;
      try {
        layer = spec.build(shape);
        for (Parameter p : layer.parameters()) {
          total += p.size();
        }
      } catch (ShapeMismatchException | IllegalArgumentException e) {
        throw new ShapeMismatchException(
            "layer %d (%s): %s".formatted(i, spec.kind(), e.getMessage()));
      }
      if (total > Integer.MAX_VALUE) {
        throw new ShapeMismatchException(
            "layer %d (%s): the model has more than 2^31 parameters".formatted(i, spec.kind()));
      }
      layers.add(layer);
      offsets[i + 1] = (int) total;
      shape = layer.outputShape();
    }
    return new Network(input, layers, offsets);
  }

  public List<Layer> layers() {
    return layers;
  }

  public Shape inputShape() {
    return input;
  }

  public Shape outputShape() {
    return layers.get(layers.size() - 1).outputShape();
  }

  public int parameterCount() {
    return offsets[layers.size()];
  }

  /** Where layer i's parameters begin; {@code offset(layers().size())} is the parameter count. */
  public int offset(int layer) {
    return offsets[layer];
  }

  /** "layer 3 (dense 10)". */
  public String describeLayer(int layer) {
    return "layer %d (%s)".formatted(layer, layers.get(layer).describe());
  }

  /** The layer that owns the flat vector's element at this index. */
  public int layerOfParameter(int index) {
    int layer = 0;
    while (index >= offsets[layer + 1]) {
      layer++;
    }
    return layer;
  }

  /** A parameter's place in the flat vector. */
  public record Place(String name, Parameter parameter, int offset) {}

  /** All parameters in the order of the flat vector, named "LAYER.NAME", as "3.weight". */
  public List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int at = offsets[i];
      for (Parameter p : layers.get(i).parameters()) {
        places.add(new Place(i + "." + p.name(), p, at));
        at += p.size();
      }
    }
    return places;
  }

  /** weights[0]: a pure function of the seed. */
  public float[] initialWeights(long seed) {
    float[] weights = new float[parameterCount()];
    int number = 0;
    for (Place place : places()) {
      Philox random = Philox.stream(seed, Philox.Purpose.INITIALIZE, number++, 0, 0);
      place.parameter().initializer().fill(random, place.parameter(), weights, place.offset());
    }
    return weights;
  }

  /** Floats per example that a training pass keeps: every layer's output and what it saves. */
  public long activationsPerExample() {
    long floats = input.size();
    for (Layer layer : layers) {
      floats += layer.outputShape().size() + layer.savedSize();
    }
    return floats;
  }

  /** The largest input or output of any layer, in floats per example. */
  public int widestActivation() {
    int widest = input.size();
    for (Layer layer : layers) {
      widest = Math.max(widest, layer.outputShape().size());
    }
    return widest;
  }
}
