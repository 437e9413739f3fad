package dev.yamabiko.job;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.tensor.Philox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code sweep { ... }} and the jobs that it makes of the one around it. */
final class SweepParser {

  private static final long DEFAULT_SEED = 1;

  /** Before it is clear that there are no more trials that differ. */
  private static final int MOST_DRAWS = 1 << 16;

  private static final int HASH_DIGITS = 8;
  private static final int HEX = 16;

  private final Hocon hocon;
  private final Sources sources;
  private final Settings settings;
  private final String origin;
  private final String defaultName;

  SweepParser(Hocon hocon, Sources sources, Settings settings, String origin, String defaultName) {
    this.hocon = hocon;
    this.sources = sources;
    this.settings = settings;
    this.origin = origin;
    this.defaultName = defaultName;
  }

  /**
   * @param job as it is written, and set, but with its substitutions
   */
  Sweep parse(ConfigObject job) {
    ConfigObject part = hocon.resolve(job.withOnlyKey(Sweep.KEY), job, true, origin);
    Node sweep = Node.root(sources, part, origin).child(Sweep.KEY);
    if (!sweep.given()) {
      throw sweep.error(
          "expected an object { grid, random, metric } but it is missing;"
              + " yamabiko train and submit take a job without");
    }
    Section options = sweep.section("grid", "random", "metric");
    List<List<Setting>> all = combinations(sweep, options.at("grid"), options.at("random"));
    List<Sweep.Trial> trials = trials(sweep, job.withoutKey(Sweep.KEY), all);
    Node metric = options.at("metric");
    return new Sweep(name(trials.get(0)), metric(metric, trials), metric.place(), trials);
  }

  private static List<List<Setting>> combinations(Node sweep, Node grid, Node random) {
    if (grid.given() == random.given()) {
      throw sweep.error(
          "expected one of grid and random but found " + (grid.given() ? "both" : "neither"));
    }
    return grid.given() ? grid(grid) : random(random);
  }

  /** As nested loops give them, the first key's being the outermost. */
  private static List<List<Setting>> grid(Node node) {
    List<SweepAxis> axes = SweepAxis.parse(node, true);
    if (size(axes) > Sweep.MOST_TRIALS) {
      throw node.error(
          String.format(
              Locale.ROOT,
              "expected at most %,d combinations but found %s",
              Sweep.MOST_TRIALS,
              axes.stream()
                  .map(axis -> axis.choices().size() + "")
                  .collect(Collectors.joining(" x "))));
    }
    List<List<Setting>> all = List.of(List.of());
    for (SweepAxis axis : axes) {
      List<List<Setting>> longer = new ArrayList<>();
      for (List<Setting> before : all) {
        for (ConfigValue value : axis.choices()) {
          List<Setting> one = new ArrayList<>(before);
          one.add(axis.with(value));
          longer.add(one);
        }
      }
      all = longer;
    }
    return all;
  }

  /** Of so many choices; where there is a range, endless. */
  private static double size(List<SweepAxis> axes) {
    return axes.stream()
        .mapToDouble(a -> a.range().isPresent() ? Double.POSITIVE_INFINITY : a.choices().size())
        .reduce(1, (a, b) -> a * b);
  }

  /**
   * Each value from a stream of its own, by seed, trial and key: neither the order of the keys nor
   * the number of trials changes a trial. One that was drawn before is drawn again.
   */
  private static List<List<Setting>> random(Node node) {
    Section options = node.section("trials", "seed", "over");
    Node trials = options.at("trials");
    int count = (int) trials.whole(1, Sweep.MOST_TRIALS);
    long seed =
        options.at("seed").given() ? options.at("seed").whole(0, Long.MAX_VALUE) : DEFAULT_SEED;
    List<SweepAxis> axes = SweepAxis.parse(options.at("over"), false);
    double different = size(axes);
    if (count > different) {
      throw trials.expected(
          "at most %.0f, as there are no more combinations,".formatted(different));
    }
    Set<List<ConfigValue>> drawn = new HashSet<>();
    List<List<Setting>> all = new ArrayList<>();
    for (int trial = 0; trial < count; trial++) {
      List<ConfigValue> values = null;
      for (int draw = 0; values == null || !drawn.add(values); draw++) {
        if (draw == MOST_DRAWS) {
          throw trials.error(
              "expected %d different trials but no more than %d have been found"
                  .formatted(count, trial));
        }
        values = draw(axes, seed, trial, draw);
      }
      List<Setting> one = new ArrayList<>();
      for (int i = 0; i < axes.size(); i++) {
        one.add(axes.get(i).with(values.get(i)));
      }
      all.add(one);
    }
    return all;
  }

  private static List<ConfigValue> draw(List<SweepAxis> axes, long seed, int trial, int draw) {
    return axes.stream()
        .map(
            axis -> {
              String hash = ContentHash.of(ConfigUtil.joinPath(axis.path()));
              long key = Long.parseLong(hash.substring(0, HASH_DIGITS), HEX);
              return axis.draw(Philox.stream(seed, Philox.Purpose.SWEEP, draw, trial, key));
            })
        .toList();
  }

  private List<Sweep.Trial> trials(Node sweep, ConfigObject job, List<List<Setting>> all) {
    int digits = Math.max(2, Integer.toString(all.size()).length());
    Map<ConfigObject, Integer> seen = new HashMap<>();
    List<Sweep.Trial> trials = new ArrayList<>();
    for (List<Setting> one : all) {
      int number = trials.size() + 1;
      String suffix = "-s%0" + digits + "d";
      List<Sweep.Assignment> assignments = one.stream().map(Sweep.Assignment::of).toList();
      try {
        ConfigObject resolved = hocon.resolve(settings.set(job, one), true, origin);
        Integer same = seen.putIfAbsent(resolved, number);
        if (same != null) {
          throw sweep.error(
              "trial %d is the same job as trial %d; one setting hides another"
                  .formatted(number, same));
        }
        trials.add(
            new Sweep.Trial(
                named(resolved, String.format(Locale.ROOT, suffix, number)), assignments));
      } catch (JobException e) {
        throw new JobException(Sweep.in(number, all.size(), assignments, e.getMessage()), e);
      }
    }
    return trials;
  }

  private Job named(ConfigObject job, String suffix) {
    Node name = Node.root(sources, job, origin).child("name");
    String base = JobParser.name(name, defaultName);
    int room = JobParser.LONGEST_NAME - suffix.length();
    if (base.length() > room) {
      throw name.error(
          "expected at most %d characters, because trials add \"%s\", but found %d"
              .formatted(room, suffix, base.length()));
    }
    ConfigObject named = job.withValue("name", ConfigValueFactory.fromAnyRef(base + suffix));
    return new JobParser(Node.root(sources, named, origin), base).parse();
  }

  /** Of the file's job. */
  private static String name(Sweep.Trial trial) {
    return trial.name().substring(0, trial.name().lastIndexOf("-s"));
  }

  private static Selection.Metric metric(Node node, List<Sweep.Trial> trials) {
    boolean validated =
        trials.stream().allMatch(trial -> trial.job().data().validation().isPresent());
    Selection.Metric metric =
        node.oneOf(
            Selection.Metric.class,
            validated ? Selection.Metric.VALIDATION_LOSS : Selection.Metric.TRAIN_LOSS);
    if (metric.needsValidation() && !validated) {
      throw node.error(metric.key() + " needs data.validation, which is missing");
    }
    return metric;
  }
}
