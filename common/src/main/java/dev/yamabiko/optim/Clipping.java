package dev.yamabiko.optim;

/** A bound on the mean gradient of a batch, before the optimizer sees it. */
public sealed interface Clipping {

  /**
   * g' = g min(1, norm / |g|), with |g| over all trained parameters. Pascanu, Mikolov and Bengio,
   * "On the difficulty of training recurrent neural networks", ICML 2013.
   */
  record GlobalNorm(double norm) implements Clipping {}

  /** g' = max(-value, min(g, value)), element by element. */
  record Value(float value) implements Clipping {}
}
