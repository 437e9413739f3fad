package dev.yamabiko.extension;

import dev.yamabiko.data.Augmentation;

/** An augmentation of one's own, in a job's {@code data.augment}. */
public non-sealed interface AugmentationExtension extends Extension {

  /**
   * The augmentation that these options ask for.
   *
   * @return equal to every other one that is made from equal options (a record is): by that a run
   *     that goes on knows its job again; and of this {@link #kind}
   */
  Augmentation make(Options options);
}
