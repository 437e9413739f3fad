package dev.yamabiko.extension;

import dev.yamabiko.nn.Loss;

/** A loss of one's own, a job's {@code loss}. */
public non-sealed interface LossExtension extends Extension {

  /**
   * The loss that these options ask for.
   *
   * @return equal to every other one that is made from equal options (a record is): by that a run
   *     that goes on knows its job again; and of this {@link #kind}
   */
  Loss make(Options options);
}
