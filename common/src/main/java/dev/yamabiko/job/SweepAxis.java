package dev.yamabiko.job;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.tensor.Philox;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A key of the job that takes several values: those of a list, or of a range.
 *
 * @param path the key's parts
 * @param node where it stands in the sweep
 * @param choices all values; empty where they are drawn from the range
 */
record SweepAxis(
    List<String> path, Node node, List<ConfigValue> choices, Optional<SweepRange> range) {

  private static final String VALUES = "a list of values, such as [1, 2], or { from, to }";
  private static final int FEWEST_POINTS = 2;

  /**
   * The keys in an object, each a path in itself, by way of objects or both: a list or a range ends
   * it.
   *
   * @param grid whether ranges say of how many points they consist
   */
  static List<SweepAxis> parse(Node node, boolean grid) {
    if (!(node.value() instanceof ConfigObject)) {
      throw node.expected("an object { KEY = [VALUE, ...] }");
    }
    List<SweepAxis> axes = new ArrayList<>();
    collect(node, List.of(), grid, axes);
    if (axes.isEmpty()) {
      throw node.error("expected KEY = [VALUE, ...] but found no key");
    }
    return axes;
  }

  private static void collect(Node node, List<String> path, boolean grid, List<SweepAxis> axes) {
    for (Node child : node.children()) {
      List<String> at = new ArrayList<>(path);
      at.addAll(Hocon.path(child.name(), child::error));
      if (!child.given()) {
        continue;
      }
      if (child.value() instanceof ConfigObject object && !isRange(object)) {
        collect(child, at, grid, axes);
      } else {
        SweepAxis axis = axis(List.copyOf(at), child, grid);
        axes.forEach(axis::refuseOverlap);
        axes.add(axis);
      }
    }
  }

  private static boolean isRange(ConfigObject object) {
    return object.containsKey("from") || object.containsKey("to");
  }

  private static SweepAxis axis(List<String> path, Node node, boolean grid) {
    if (path.get(0).equals("name") || path.get(0).equals(Sweep.KEY)) {
      throw node.error("%s cannot differ between trials".formatted(path.get(0)));
    }
    if (node.is(ConfigValueType.LIST)) {
      return new SweepAxis(path, node, choices(node), Optional.empty());
    }
    if (!(node.value() instanceof ConfigObject)) {
      throw node.expected(VALUES);
    }
    if (!grid) {
      SweepRange range = SweepRange.parse(node, "from", "to", "scale", "integer");
      return new SweepAxis(path, node, List.of(), Optional.of(range));
    }
    SweepRange range = SweepRange.parse(node, "from", "to", "scale", "integer", "count");
    int count = (int) node.child("count").whole(FEWEST_POINTS, Sweep.MOST_TRIALS);
    return new SweepAxis(path, node, range.points(count), Optional.empty());
  }

  private static List<ConfigValue> choices(Node node) {
    Set<ConfigValue> seen = new HashSet<>();
    List<ConfigValue> choices = new ArrayList<>();
    for (Node item : node.items(VALUES)) {
      if (!seen.add(item.value())) {
        throw item.error("%s is in this list before".formatted(item.found()));
      }
      choices.add(item.value());
    }
    return choices;
  }

  /** One of two keys would hide what the other one sets. */
  private void refuseOverlap(SweepAxis before) {
    int most = Math.min(path.size(), before.path.size());
    int common = 0;
    while (common < most && path.get(common).equals(before.path.get(common))) {
      common++;
    }
    if (common == most || !Variants.ofJob().at(path.subList(0, common)).isEmpty()) {
      throw node.error(
          "cannot be set together with %s, whose values are on %s"
              .formatted(Words.name(ConfigUtil.joinPath(before.path)), before.node.where()));
    }
  }

  /**
   * @param random at its beginning
   */
  ConfigValue draw(Philox random) {
    return range.isPresent()
        ? range.get().draw(random)
        : choices.get(random.nextInt(choices.size()));
  }

  Setting with(ConfigValue value) {
    return new Setting(path, value, node.value().origin().description(), node.place());
  }
}
