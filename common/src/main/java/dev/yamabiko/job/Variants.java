package dev.yamabiko.job;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The places of a text that hold one of several variants, and the names of these. Elements of lists
 * are such places, too: a path names them by their numbers, as in {@code model.0}.
 */
final class Variants {
  private static final List<String> AUGMENT = List.of("data", "augment");
  private static final String MODEL = "model";

  /** Lists of layers inside of a layer. */
  private static final Set<String> INNER = Set.of("body", "shortcut");

  private final Map<List<String>, List<String>> names;
  private final List<String> layers;
  private final List<String> augmentations;

  private Variants(
      Map<List<String>, List<String>> names, List<String> layers, List<String> augmentations) {
    this.names = names;
    this.layers = layers;
    this.augmentations = augmentations;
  }

  /** Of a text with these variants at the one place that has some. */
  static Variants at(List<String> place, List<String> names) {
    return new Variants(Map.of(place, names), List.of(), List.of());
  }

  static Variants ofJob() {
    Extensions extensions = Extensions.ofThisJvm();
    return new Variants(
        Map.of(
            List.of("data", "train"), DataParser.sourceNames(),
            List.of("data", "validation"), DataParser.validationNames(),
            List.of("loss"), extensions.with(LossParser.LOSSES, Category.LOSS),
            List.of("optimizer"), extensions.with(OptimizerParser.OPTIMIZERS, Category.OPTIMIZER),
            List.of("schedule"), ScheduleParser.SCHEDULES,
            List.of("on-divergence"), PolicyParser.ON_DIVERGENCE),
        extensions.with(ModelParser.LAYERS, Category.LAYER),
        extensions.with(AugmentParser.KINDS, Category.AUGMENTATION));
  }

  /** The names of all variants at a place; none where there is no choice. */
  List<String> at(List<String> path) {
    int last = path.size() - 1;
    if (last < 1 || !ChangingJob.INDEX.matcher(path.get(last)).matches()) {
      return names.getOrDefault(path, List.of());
    }
    List<String> list = path.subList(0, last);
    if (list.equals(AUGMENT)) {
      return augmentations;
    }
    boolean ofLayers =
        list.get(0).equals(MODEL) && (last == 1 || INNER.contains(list.get(last - 1)));
    return ofLayers ? layers : List.of();
  }
}
