package dev.yamabiko.extension;

import java.util.List;

/**
 * Something that job files can name, from a jar of its own. The jar lists the class, which has a
 * public constructor without parameters, in {@code
 * META-INF/services/dev.yamabiko.extension.Extension}.
 *
 * <p>Every node makes the thing anew from the job's text, and all of them must get the same bits
 * from it: so it is a pure function of its options and of what it is given, and calls no {@code
 * Math.exp} and the like, whose bits differ between machines. {@code docs/extensions.md} has an
 * example of each.
 */
public sealed interface Extension
    permits AugmentationExtension,
        LayerExtension,
        LossExtension,
        OptimizerExtension,
        SourceExtension {

  /**
   * As job files spell it: lower-case letters, digits and hyphens, beginning with a letter. No
   * built-in thing of the same sort, and no other extension, has this name.
   */
  String kind();

  /** The keys that its options may have, spelt as kinds are; any other is refused. */
  default List<String> options() {
    return List.of();
  }
}
