package dev.yamabiko.nn;

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
  private final int rows;
  private final double[] targets;
  private final double[][] weights;
  private final double[][] activations;
  private final double[][] changed;

  ReferencePass(
      Network network, Loss loss, float[] weights, int rows, float[] inputs, float[] targets) {
    this.network = network;
    this.loss = loss;
    this.rows = rows;
    this.targets = widen(targets, 0, targets.length);
    List<Layer> layers = network.layers();
    this.weights = new double[layers.size()][];
    activations = new double[layers.size() + 1][];
    changed = new double[layers.size() + 1][];
    activations[0] = widen(inputs, 0, rows * network.inputShape().size());
    for (int i = 0; i < layers.size(); i++) {
      this.weights[i] = widen(weights, network.offset(i), network.offset(i + 1));
      activations[i + 1] = new double[rows * layers.get(i).outputShape().size()];
      changed[i + 1] = new double[activations[i + 1].length];
      layers.get(i).reference(rows, this.weights[i], activations[i], activations[i + 1]);
    }
  }

  private static double[] widen(float[] values, int from, int to) {
    double[] wide = new double[to - from];
    Arrays.setAll(wide, i -> values[from + i]);
    return wide;
  }

  /** Parameter {@code index} of the flat vector. */
  double weight(int index) {
    int layer = network.layerOfParameter(index);
    return weights[layer][index - network.offset(layer)];
  }

  /** The output of a layer with the parameters as they were given; owned by this object. */
  double[] output(int layer) {
    return activations[layer + 1];
  }

  /** The mean loss with the parameters as they were given. */
  double loss() {
    return loss(activations[network.layers().size()]);
  }

  /** The mean loss if parameter {@code index} of the flat vector had this value. */
  double lossWith(int index, double value) {
    int layer = network.layerOfParameter(index);
    double[] own = weights[layer];
    int at = index - network.offset(layer);
    double before = own[at];
    own[at] = value;
    double[] x = activations[layer];
    for (int i = layer; i < network.layers().size(); i++) {
      network.layers().get(i).reference(rows, weights[i], x, changed[i + 1]);
      x = changed[i + 1];
    }
    own[at] = before;
    return loss(x);
  }

  private double loss(double[] output) {
    return loss.reference(rows, network.outputShape().size(), output, targets);
  }
}
