package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Puts layers in their order and gives them their places; residual blocks are laid out flat. */
final class NetworkBuilder {

  /** A layer whose offsets are not known yet. */
  private record Placed(String name, Layer layer, int input, int addend, boolean frozen) {}

  private final List<Placed> placed = new ArrayList<>();
  private Shape shape;
  private int value;
  private long parameters;

  /** As {@link Network#firstTrained}, as soon as there is one. */
  private int firstTrained = Integer.MAX_VALUE;

  private int depth;
  private int deepest;

  NetworkBuilder(Shape input) {
    shape = input;
  }

  void append(String name, LayerSpec spec, boolean frozen) {
    if (spec instanceof Residual.Spec block) {
      appendBlock(name, block, frozen);
    } else {
      place(name, spec, Node.NONE, frozen);
    }
  }

  private void appendBlock(String name, Residual.Spec block, boolean frozen) {
    int fork = value;
    Shape before = shape;
    depth++;
    deepest = Math.max(deepest, depth);
    appendAll(name + ".shortcut.", block.shortcut(), frozen);
    int shortcut = value;
    Shape shortcutShape = shape;
    value = fork;
    shape = before;
    appendAll(name + ".body.", block.body(), frozen);
    depth--;
    if (!shape.equals(shortcutShape)) {
      throw new ShapeMismatchException(
          "layer %s (residual): its body ends in %s but its shortcut in %s; %s"
              .formatted(
                  name,
                  shape,
                  shortcutShape,
                  block.shortcut().isEmpty()
                      ? "add a shortcut, such as [ { conv2d { filters = F, kernel = 1, stride = S } } ]"
                      : "they must end alike"));
    }
    place(name, block, shortcut, frozen);
  }

  private void appendAll(String prefix, List<LayerSpec> specs, boolean frozen) {
    for (int i = 0; i < specs.size(); i++) {
      append(prefix + i, specs.get(i), frozen);
    }
  }

  private void place(String name, LayerSpec spec, int addend, boolean frozen) {
    Layer layer;
    try {
      layer = requireWhole(spec.build(shape));
      if (layer instanceof Conv2d convolution) {
        convolution.requireArrays(value > firstTrained);
      }
      for (Parameter p : layer.parameters()) {
        parameters += p.size();
      }
    } catch (ShapeMismatchException | IllegalArgumentException e) {
      throw new ShapeMismatchException(
          "layer %s (%s): %s".formatted(name, spec.kind(), e.getMessage()), e);
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw new ShapeMismatchException(
          "layer %s (%s): %s threw %s"
              .formatted(name, spec.kind(), spec.getClass().getName(), LayerException.inOneLine(e)),
          e);
    }
    if (parameters > Integer.MAX_VALUE) {
      throw new ShapeMismatchException(
          "layer %s (%s): the model has more than 2^31 parameters".formatted(name, spec.kind()));
    }
    if (!frozen && !layer.parameters().isEmpty()) {
      firstTrained = Math.min(firstTrained, placed.size());
    }
    placed.add(new Placed(name, layer, value, addend, frozen));
    value = placed.size();
    shape = layer.outputShape();
  }

  /** Somebody else's layer may leave out what the built-in ones never do. */
  private static Layer requireWhole(Layer layer) {
    Objects.requireNonNull(layer, "build(Shape) must not return null");
    Objects.requireNonNull(layer.parameters(), "parameters() must not return null");
    Objects.requireNonNull(layer.buffers(), "buffers() must not return null");
    Objects.requireNonNull(layer.outputShape(), "outputShape() must not return null");
    Objects.requireNonNull(layer.describe(), "describe() must not return null");
    requireNames(layer);
    return layer;
  }

  /** By these a model file tells a layer's numbers apart. */
  private static void requireNames(Layer layer) {
    Set<String> names = new HashSet<>();
    Stream.concat(
            layer.parameters().stream().map(Parameter::name),
            layer.buffers().stream().map(Buffer::name))
        .forEach(
            name -> {
              if (name == null || name.isEmpty()) {
                throw new IllegalArgumentException(
                    "expected parameters and buffers to have names but one has none");
              }
              if (!names.add(name)) {
                throw new IllegalArgumentException(
                    "expected parameters and buffers of different names but found two called '%s'"
                        .formatted(name));
              }
            });
  }

  /** How many residual blocks stand inside each other at most. */
  int deepestBlock() {
    return deepest;
  }

  List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    int offset = 0;
    int bufferOffset = (int) parameters;
    for (Placed p : placed) {
      Node node = new Node(p.name, p.layer, p.input, p.addend, offset, bufferOffset, p.frozen);
      nodes.add(node);
      offset += node.parameterCount();
      bufferOffset += p.layer.buffers().stream().mapToInt(Buffer::size).sum();
    }
    return nodes;
  }
}
