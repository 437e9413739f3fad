package dev.yamabiko.step;

import dev.yamabiko.data.Augmentations;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;

/**
 * What is minimised: all that a gradient depends on beside weights, data and the step's number.
 *
 * @param seed keys the order of examples and every random number
 * @param augment what happens to training inputs, and to them alone
 */
public record Objective(Network network, Loss loss, long seed, Augmentations augment) {

  public Objective(Network network, Loss loss, long seed) {
    this(network, loss, seed, Augmentations.NONE);
  }
}
