package dev.yamabiko.nn;

/**
 * A layer's place in a network: value {@code i + 1} is the output of node i, value 0 the network's
 * input.
 *
 * @param name its path in the job's list of layers: "3", or "3.body.0" inside a residual block
 * @param input number of the value that it reads
 * @param addend number of a value that is added to its output, or -1
 * @param offset of its first parameter in the flat vector
 * @param bufferOffset of its first buffer in the flat vector
 * @param frozen its parameters and buffers stay as they are, and it computes as in evaluation
 */
public record Node(
    String name, Layer layer, int input, int addend, int offset, int bufferOffset, boolean frozen) {

  static final int NONE = -1;

  public int parameterCount() {
    return layer.parameters().stream().mapToInt(Parameter::size).sum();
  }

  /** Whether descent changes anything here. */
  boolean isTrained() {
    return !frozen && !layer.parameters().isEmpty();
  }

  /** "layer 3 (dense 10)". */
  public String describe() {
    return "layer %s (%s)".formatted(name, layer.describe());
  }
}
