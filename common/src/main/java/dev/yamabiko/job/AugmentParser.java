package dev.yamabiko.job;

import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.Augmentation;
import dev.yamabiko.data.Augmentations;
import dev.yamabiko.extension.Interval;
import java.util.List;

/** {@code data.augment = [...]}: what is done to training inputs, first to last. */
final class AugmentParser {
  static final List<String> KINDS = List.of("flip", "shift", "rotate", "crop", "noise");

  /** More than any image has. */
  private static final int MOST_PIXELS = 1 << 20;

  private AugmentParser() {}

  static Augmentations parse(Node augment) {
    if (!augment.given()) {
      return Augmentations.NONE;
    }
    if (!augment.is(ConfigValueType.LIST)) {
      throw augment.expected("a list of augmentations");
    }
    return new Augmentations(augment.children().stream().map(AugmentParser::augmentation).toList());
  }

  private static Augmentation augmentation(Node node) {
    Extensions extensions = Extensions.ofThisJvm();
    Variant variant = node.variant(extensions.with(KINDS, Category.AUGMENTATION));
    return switch (variant.name()) {
      case "flip" -> flip(variant.section("horizontal", "vertical"));
      case "shift" -> new Augmentation.Shift(pixels(variant.section("pixels").at("pixels")));
      case "rotate" ->
          new Augmentation.Rotate(
              variant.section("degrees").at("degrees").number(Interval.HALF_TURN));
      case "crop" -> new Augmentation.Crop(pixels(variant.section("padding").at("padding")));
      case "noise" ->
          new Augmentation.Noise(
              variant.section("deviation").at("deviation").number(Interval.POSITIVE));
      default -> extensions.make(Category.AUGMENTATION, variant, Augmentation.class);
    };
  }

  private static Augmentation.Flip flip(Section options) {
    boolean horizontal = options.at("horizontal").flag(true);
    boolean vertical = options.at("vertical").flag(false);
    if (!horizontal && !vertical) {
      throw options.node().error("expected horizontal or vertical to be true but both are false");
    }
    return new Augmentation.Flip(horizontal, vertical);
  }

  private static int pixels(Node node) {
    return (int) node.whole(1, MOST_PIXELS);
  }
}
