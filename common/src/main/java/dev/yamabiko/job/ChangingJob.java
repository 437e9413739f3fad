package dev.yamabiko.job;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A job while settings take the place of its values. Objects and lists on the way to a setting are
 * copied once, however many settings there are: Config's own merging copies all of an object for
 * each of them, and its origins grow with each.
 *
 * <p>What stands in the job as a substitution is not known yet, and so is what lies in it: a
 * setting inside is a layer that Config merges over it, once it is.
 */
final class ChangingJob {

  /** The number of a list's element, as a path has it. */
  static final Pattern INDEX = Pattern.compile("\\d{1,9}");

  private static final ConfigValue NOTHING = ConfigValueFactory.fromAnyRef(null);
  private static final ConfigObject EMPTY = ConfigValueFactory.fromMap(Map.of());

  /** A place that settings have reached: itself, or still a value of the job. */
  private sealed interface Place {
    ConfigValue value();
  }

  private record Unchanged(ConfigValue value) implements Place {}

  /**
   * An object some of whose entries have changed.
   *
   * @param origin what describes it to Config
   * @param beneath what it is a layer over; null where its entries are all that it has
   */
  private record Entries(Map<String, Place> entries, ConfigOrigin origin, ConfigValue beneath)
      implements Place {

    boolean isLayer() {
      return beneath != null;
    }

    @Override
    public ConfigValue value() {
      Map<String, ConfigValue> values = new HashMap<>();
      entries.forEach((key, place) -> values.put(key, isLayer() ? alone(place) : place.value()));
      ConfigObject object = ConfigValueFactory.fromMap(values).withOrigin(origin);
      return isLayer() ? object.withFallback(beneath) : object;
    }

    /** Nothing beneath it is merged with it, unless it is a layer itself. */
    private static ConfigValue alone(Place place) {
      ConfigValue value = place.value();
      boolean layer = place instanceof Entries entries && entries.isLayer();
      // A fallback that is no object ends the merging with those below it.
      return value instanceof ConfigObject && !layer ? value.withFallback(NOTHING) : value;
    }
  }

  private record Elements(List<Place> elements, ConfigOrigin origin) implements Place {
    @Override
    public ConfigValue value() {
      return ConfigValueFactory.fromIterable(elements.stream().map(Place::value).toList())
          .withOrigin(origin);
    }
  }

  private final Variants variants;
  private Place root;

  /**
   * @param job as it is written
   */
  ChangingJob(ConfigObject job, Variants variants) {
    this.variants = variants;
    root = new Unchanged(job);
  }

  /** The job so far. */
  ConfigObject job() {
    return (ConfigObject) root.value();
  }

  /** The value is in its place from now on, and no other variant beside it. */
  void set(Setting setting) {
    root = set(setting, 0, root, true);
  }

  /**
   * @param before null where there is nothing
   * @param known whether all that may be here is
   */
  private Place set(Setting setting, int depth, Place before, boolean known) {
    List<String> path = setting.path();
    if (depth == path.size()) {
      return new Unchanged(setting.value());
    }
    String key = path.get(depth);
    Place here = opened(before);
    if (here instanceof Elements list && INDEX.matcher(key).matches()) {
      int index = index(setting, depth, list.elements().size());
      list.elements().set(index, set(setting, depth + 1, list.elements().get(index), true));
      return list;
    }
    Entries object =
        here instanceof Entries entries ? entries : entries(setting.origin(), here, known);
    boolean last = depth == path.size() - 1;
    if (!last || setting.value().valueType() != ConfigValueType.NULL) {
      variants.at(path.subList(0, depth)).stream()
          .filter(other -> !other.equals(key))
          .forEach(other -> remove(object, other, setting.origin()));
    }
    Place child = object.entries().get(key);
    object.entries().put(key, set(setting, depth + 1, child, !object.isLayer()));
    return object;
  }

  private static void remove(Entries object, String key, String origin) {
    if (object.isLayer()) {
      object.entries().put(key, new Unchanged(ConfigValueFactory.fromAnyRef(null, origin)));
    } else {
      object.entries().remove(key);
    }
  }

  /** With places of its own, where it is an object or a list of which that can be known. */
  private static Place opened(Place place) {
    if (!(place instanceof Unchanged unchanged)) {
      return place;
    }
    if (unchanged.value() instanceof ConfigList list) {
      List<Place> elements = new ArrayList<>();
      list.forEach(element -> elements.add(new Unchanged(element)));
      return new Elements(elements, list.origin());
    }
    if (unchanged.value() instanceof ConfigObject object) {
      try {
        Map<String, Place> entries = new HashMap<>();
        object.forEach((key, value) -> entries.put(key, new Unchanged(value)));
        return new Entries(entries, object.origin(), null);
      } catch (ConfigException.NotResolved e) {
        return place;
      }
    }
    return place;
  }

  /** An object where there is none, or none that is known before substitutions are resolved. */
  private static Entries entries(String origin, Place before, boolean known) {
    ConfigValue beneath = before != null ? before.value() : known ? null : EMPTY;
    ConfigOrigin described = ConfigValueFactory.fromAnyRef(null, origin).origin();
    return new Entries(new HashMap<>(), described, beneath);
  }

  private static int index(Setting setting, int depth, int size) {
    int index = Integer.parseInt(setting.path().get(depth));
    if (index >= size) {
      throw new JobException(
          "%s: expected the number of one of the %d elements of %s, from 0 on, but found %d"
              .formatted(
                  setting.place(),
                  size,
                  ConfigUtil.joinPath(setting.path().subList(0, depth)),
                  index));
    }
    return index;
  }
}
