package dev.yamabiko.extension;

import dev.yamabiko.optim.Optimizer;

/** An optimizer of one's own, a job's {@code optimizer}. */
public non-sealed interface OptimizerExtension extends Extension {

  /**
   * The optimizer that these options ask for.
   *
   * @return equal to every other one that is made from equal options (a record is): by that a run
   *     that goes on knows its job again; and of this {@link #kind}
   */
  Optimizer make(Options options);
}
