package dev.yamabiko.extension;

import dev.yamabiko.nn.LayerSpec;

/** A layer of one's own, in a job's {@code model}. */
public non-sealed interface LayerExtension extends Extension {

  /**
   * The layer that these options ask for; its shapes come later.
   *
   * @return equal to every other one that is made from equal options (a record is): by that a run
   *     that goes on knows its job again; and of this {@link #kind}
   */
  LayerSpec make(Options options);
}
