package dev.yamabiko.job;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueFactory;
import dev.yamabiko.data.Augmentation;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Residual;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code extensions { layer { swish = SHA-256 } }}: the extensions that a job was made with, by
 * content. Written into every resolved job that uses some, so that workers, runs that go on and
 * trained models know which ones they are about; anybody may write it.
 */
final class ExtensionPins {

  static final String KEY = "extensions";

  private final Extensions extensions = Extensions.ofThisJvm();
  private final Map<String, String> written = new HashMap<>();

  /**
   * @throws MissingExtensionException if it names an extension that this process lacks
   */
  ExtensionPins(Node node) {
    if (!node.given()) {
      return;
    }
    String[] categories =
        Arrays.stream(Category.values()).map(Category::key).toArray(String[]::new);
    Section section = node.section(categories);
    for (Category category : Category.values()) {
      Node kinds = section.at(category.key());
      if (kinds.given()) {
        read(category, kinds);
      }
    }
  }

  private void read(Category category, Node kinds) {
    if (!(kinds.value() instanceof ConfigObject)) {
      throw kinds.expected("an object { NAME = SHA-256 }");
    }
    for (Node kind : kinds.children()) {
      String what = "64 lower-case hexadecimal digits";
      if (!ContentHash.isName(kind.text(what))) {
        throw kind.expected(what);
      }
      String name = category.key() + "." + kind.name();
      if (!extensions.has(category, kind.name())) {
        throw new MissingExtensionException(kind.place(), name, kind.text(what));
      }
      written.put(name, kind.text(what));
    }
  }

  /** Those that the job uses: by what it says of their content, or else by what is here. */
  SortedMap<String, String> of(
      DataSpec data, List<LayerSpec> layers, String loss, String optimizer) {
    SortedMap<String, String> used = new TreeMap<>();
    layers(layers, used);
    add(Category.LOSS, loss, used);
    add(Category.OPTIMIZER, optimizer, used);
    for (Augmentation augmentation : data.augment().all()) {
      add(Category.AUGMENTATION, augmentation.kind(), used);
    }
    for (DataSource source : DataParser.sources(data).values()) {
      if (source instanceof DataSource.Extended extended) {
        add(Category.SOURCE, extended.kind(), used);
      }
    }
    return used;
  }

  private void layers(List<LayerSpec> layers, Map<String, String> used) {
    for (LayerSpec layer : layers) {
      if (layer instanceof Residual.Spec block) {
        layers(block.body(), used);
        layers(block.shortcut(), used);
      } else {
        add(Category.LAYER, layer.kind(), used);
      }
    }
  }

  private void add(Category category, String kind, Map<String, String> used) {
    if (extensions.has(category, kind)) {
      String name = category.key() + "." + kind;
      used.put(name, written.getOrDefault(name, extensions.hashes().get(name)));
    }
  }

  /** The job with these instead of what it says. */
  static ConfigObject into(ConfigObject job, Map<String, String> used) {
    Map<String, Map<String, String>> nested = new TreeMap<>();
    used.forEach(
        (name, sha256) -> {
          int dot = name.indexOf('.');
          nested
              .computeIfAbsent(name.substring(0, dot), category -> new TreeMap<>())
              .put(name.substring(dot + 1), sha256);
        });
    return nested.isEmpty()
        ? job.withoutKey(KEY)
        : job.withValue(KEY, ConfigValueFactory.fromMap(nested));
  }
}
