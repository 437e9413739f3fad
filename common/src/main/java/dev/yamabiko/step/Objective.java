package dev.yamabiko.step;

import dev.yamabiko.data.Augmentations;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;

/**
 * What is minimised: all that a gradient depends on beside weights, data and the step's number.
 *
 * @param seed keys the order of examples and every random number
 * @param augment what happens to training inputs, and to them alone
 * @param communication how sums of gradients, and the weights that they are taken at, are rounded
 */
public record Objective(
    Network network, Loss loss, long seed, Augmentations augment, Communication communication) {

  public Objective(Network network, Loss loss, long seed) {
    this(network, loss, seed, Augmentations.NONE, Communication.EXACT);
  }

  /** The same without any rounding. */
  Objective exactly() {
    return new Objective(network, loss, seed, augment, Communication.EXACT);
  }

  public Rounding rounding() {
    return new Rounding(communication, seed, network.parameterCount());
  }
}
