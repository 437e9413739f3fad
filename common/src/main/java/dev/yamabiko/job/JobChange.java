package dev.yamabiko.job;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What differs between the job that a run began with and the one that is to continue it. Epochs,
 * checkpoints, paths and what is written for TensorBoard may; data is compared by its content,
 * elsewhere. Other epochs stretch or shorten a cosine schedule, which whoever resumes a run is
 * told.
 */
public final class JobChange {
  private JobChange() {}

  /**
   * The first difference in words, as "batch-size was 128 but is 64 now"; empty if there is none.
   */
  public static Optional<String> of(Job before, Job now) {
    String key = key(before, now);
    return key == null ? Optional.empty() : Optional.of(describe(before, now, key));
  }

  private static String key(Job before, Job now) {
    if (!before.name().equals(now.name())) {
      return "name";
    }
    if (before.seed() != now.seed()) {
      return "seed";
    }
    if (!before.data().augment().equals(now.data().augment())) {
      return "data.augment";
    }
    if (!before.model().layers().equals(now.model().layers())) {
      return "model";
    }
    // Its path may change as those of data may: what was in the file is in the weights since.
    if (before.model().warmStart().isPresent() != now.model().warmStart().isPresent()) {
      return "warm-start";
    }
    if (!before.model().frozen().equals(now.model().frozen())) {
      return "freeze";
    }
    if (!before.loss().equals(now.loss())) {
      return "loss";
    }
    if (!before.optimizer().equals(now.optimizer())) {
      return "optimizer";
    }
    if (!before.update().schedule().equals(now.update().schedule())) {
      return "schedule";
    }
    if (!before.update().clipping().equals(now.update().clipping())) {
      return "clipping";
    }
    if (!before.communication().equals(now.communication())) {
      return "communication";
    }
    if (!before.extensions().equals(now.extensions())) {
      return ExtensionPins.KEY;
    }
    if (before.batchSize() != now.batchSize()) {
      return "batch-size";
    }
    if (before.shards() != now.shards()) {
      return "shards";
    }
    if (!before.selection().equals(now.selection())) {
      return "early-stopping";
    }
    return before.rollback().equals(now.rollback()) ? null : "on-divergence";
  }

  /**
   * By the first path below the key whose values differ, where the texts show one; otherwise by the
   * key's own values.
   */
  private static String describe(Job before, Job now, String key) {
    Config a = ConfigFactory.parseString(before.resolved());
    Config b = ConfigFactory.parseString(now.resolved());
    TreeSet<String> paths = new TreeSet<>();
    a.entrySet().forEach(entry -> paths.add(entry.getKey()));
    b.entrySet().forEach(entry -> paths.add(entry.getKey()));
    for (String path : paths) {
      // The selection of the best epoch has two places.
      boolean best = key.equals("early-stopping") && path.equals("checkpoint.best");
      if (best || path.equals(key) || path.startsWith(key + ".")) {
        String was = text(a, path);
        String is = text(b, path);
        if (!was.equals(is)) {
          return "%s was %s but is %s now".formatted(path, was, is);
        }
      }
    }
    String was = text(a, key);
    String is = text(b, key);
    return was.equals(is)
        ? key + " has changed"
        : "%s was %s but is %s now".formatted(key, was, is);
  }

  private static String text(Config config, String path) {
    ConfigValue value = config.hasPath(path) ? config.getValue(path) : null;
    return value == null ? "not set" : value.render(ConfigRenderOptions.concise());
  }
}
