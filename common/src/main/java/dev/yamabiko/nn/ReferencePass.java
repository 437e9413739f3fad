package dev.yamabiko.nn;

import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import java.util.List;

/**
 * The mean loss of a batch in double precision, by the layers' and the loss's {@code reference}
 * formulas. The activations of the unchanged network are kept, so that asking for the loss with one
 * parameter changed costs only the layers from that parameter on.
 */
final class ReferencePass {

  private final Network network;
  private final Loss loss;
  private final ShardRows shards;
  private final Training training;
  private final double[] targets;
  private final double[][] weights;
  private final double[][] values;
  private final double[][] changed;

  /**
   * @param training who the examples are; its sums are not written
   */
  ReferencePass(
      Network network,
      Loss loss,
      float[] weights,
      ShardRows shards,
      Training training,
      float[] inputs,
      float[] targets) {
    this.network = network;
    this.loss = loss;
    this.shards = shards;
    this.training = training;
    this.targets = widen(targets, 0, targets.length);
    List<Node> nodes = network.nodes();
    this.weights = new double[nodes.size()][];
    values = new double[nodes.size() + 1][];
    changed = new double[nodes.size() + 1][];
    values[0] = widen(inputs, 0, shards.rows() * network.inputShape().size());
    for (int i = 0; i < nodes.size(); i++) {
      this.weights[i] = own(nodes.get(i), weights);
      values[i + 1] = new double[shards.rows() * nodes.get(i).layer().outputShape().size()];
      changed[i + 1] = new double[values[i + 1].length];
      compute(i, i + 1, values[i + 1]);
    }
  }

  /** The node's parameters and then its buffers. */
  private static double[] own(Node node, float[] weights) {
    int parameters = node.parameterCount();
    int buffers = node.layer().buffers().stream().mapToInt(Buffer::size).sum();
    double[] own = new double[parameters + buffers];
    for (int i = 0; i < parameters; i++) {
      own[i] = weights[node.offset() + i];
    }
    for (int i = 0; i < buffers; i++) {
      own[parameters + i] = weights[node.bufferOffset() + i];
    }
    return own;
  }

  private static double[] widen(float[] values, int from, int to) {
    double[] wide = new double[to - from];
    Arrays.setAll(wide, i -> values[from + i]);
    return wide;
  }

  /** Computes node i; values from number {@code changedFrom} on are the changed ones. */
  private void compute(int i, int changedFrom, double[] y) {
    Node node = network.nodes().get(i);
    LayerCall call = new LayerCall(null, shards, null, i, 0, 0, node.frozen() ? null : training);
    node.layer().reference(call, weights[i], value(node.input(), changedFrom), y);
    if (node.addend() != Node.NONE) {
      double[] more = value(node.addend(), changedFrom);
      for (int k = 0; k < y.length; k++) {
        y[k] += more[k];
      }
    }
  }

  private double[] value(int number, int changedFrom) {
    return number >= changedFrom ? changed[number] : values[number];
  }

  /** Parameter {@code index} of the flat vector. */
  double weight(int index) {
    int node = network.layerOfParameter(index);
    return weights[node][index - network.offset(node)];
  }

  /** The output of a layer with the parameters as they were given; owned by this object. */
  double[] output(int node) {
    return values[node + 1];
  }

  /** The mean loss with the parameters as they were given. */
  double loss() {
    return loss(values[network.nodes().size()]);
  }

  /** The mean loss if parameter {@code index} of the flat vector had this value. */
  double lossWith(int index, double value) {
    int node = network.layerOfParameter(index);
    double[] own = weights[node];
    int at = index - network.offset(node);
    double before = own[at];
    own[at] = value;
    for (int i = node; i < network.nodes().size(); i++) {
      compute(i, node + 1, changed[i + 1]);
    }
    own[at] = before;
    return loss(changed[network.nodes().size()]);
  }

  private double loss(double[] output) {
    return loss.reference(shards.rows(), network.outputShape().size(), output, targets);
  }
}
