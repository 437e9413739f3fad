package dev.yamabiko.job;

import dev.yamabiko.data.Augmentation;
import dev.yamabiko.extension.AugmentationExtension;
import dev.yamabiko.extension.Extension;
import dev.yamabiko.extension.LayerExtension;
import dev.yamabiko.extension.LossExtension;
import dev.yamabiko.extension.OptimizerExtension;
import dev.yamabiko.extension.SourceExtension;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.optim.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What extensions can be, with the names that job files have for the built-in ones. */
enum Category {
  LAYER(LayerExtension.class, ModelParser.LAYERS, made -> ((LayerSpec) made).kind()),
  LOSS(LossExtension.class, LossParser.LOSSES, made -> ((Loss) made).kind()),
  OPTIMIZER(
      OptimizerExtension.class, OptimizerParser.OPTIMIZERS, made -> ((Optimizer) made).kind()),
  AUGMENTATION(
      AugmentationExtension.class, AugmentParser.KINDS, made -> ((Augmentation) made).kind()),
  SOURCE(SourceExtension.class, DataParser.VALIDATION, null);

  private final Class<? extends Extension> provider;
  private final List<String> builtIn;
  private final Function<Object, String> kind;

  Category(
      Class<? extends Extension> provider, List<String> builtIn, Function<Object, String> kind) {
    this.provider = provider;
    this.builtIn = builtIn;
    this.kind = kind;
  }

  static Category of(Extension extension) {
    return Arrays.stream(values())
        .filter(category -> category.provider.isInstance(extension))
        .findFirst()
        .orElseThrow();
  }

  /** "layer". */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isBuiltIn(String name) {
    return builtIn.contains(name);
  }

  /** What a made thing calls itself; empty where it has no name. */
  String kindOf(Object made) {
    return kind == null ? "" : kind.apply(made);
  }
}
