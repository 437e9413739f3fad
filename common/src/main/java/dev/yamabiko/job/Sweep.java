package dev.yamabiko.job;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.Targets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The jobs that a job file with {@code sweep { ... }} describes: one job but for some of its
 * settings. Each trial is a job like any other, and the same as this file's without its sweep, but
 * with its settings given by {@code --set}.
 *
 * @param name of the file's job
 * @param metric by which trials are compared
 * @param metricPlace where it was written, for messages
 * @param trials at least one and at most {@link #MOST_TRIALS}, no two of which are the same job
 */
public record Sweep(String name, Selection.Metric metric, String metricPlace, List<Trial> trials) {

  public static final int MOST_TRIALS = 1_000;

  /** In the job file. */
  static final String KEY = "sweep";

  public Sweep {
    trials = List.copyOf(trials);
  }

  /**
   * One of the jobs.
   *
   * @param job whose name is the sweep's and the trial's number, as in {@code digits-s03}
   * @param settings what tells it from the others, in the order of the file
   */
  public record Trial(Job job, List<Assignment> settings) {
    public Trial {
      settings = List.copyOf(settings);
    }

    public String name() {
      return job.name();
    }

    /** By key, as in JSON, in the order of the file. */
    public Map<String, Object> values() {
      Map<String, Object> values = new LinkedHashMap<>();
      settings.forEach(setting -> values.put(setting.key(), setting.value()));
      return values;
    }

    /**
     * A setting of it as {@code --set} takes it in whatever directory: where that is a path of the
     * job file, or holds one, the absolute path that it means.
     */
    public String textAnywhere(Assignment setting) {
      String text = setting.text();
      for (Map.Entry<String, Path> file : job.paths().entrySet()) {
        String key = file.getKey();
        String path = file.getValue().toString();
        if (key.equals(setting.key())) {
          text = path;
        } else if (key.startsWith(setting.key() + ".")) {
          text =
              ConfigFactory.parseString("value = " + text)
                  .getConfig("value")
                  .withValue(
                      key.substring(setting.key().length() + 1),
                      ConfigValueFactory.fromAnyRef(path))
                  .root()
                  .render(ConfigRenderOptions.concise());
        }
      }
      return text;
    }

    /** "batch-size = 64, epochs = 3". */
    public String describe() {
      return text(settings);
    }
  }

  /**
   * A key of the job and its value in one trial.
   *
   * @param key as {@code --set} takes it
   * @param value as in JSON
   * @param text as {@code --set} takes it
   */
  public record Assignment(String key, Object value, String text) {

    /** What {@code --set} would not take literally. */
    private static final Pattern LOOKS_LIKE_HOCON =
        Pattern.compile("\\s*([\\[{\"].*|true|false|null|-?\\d[-+.\\deE]*)\\s*", Pattern.DOTALL);

    static Assignment of(Setting setting) {
      ConfigValue value = setting.value();
      return new Assignment(ConfigUtil.joinPath(setting.path()), value.unwrapped(), text(value));
    }

    /** For messages. */
    private Assignment shown() {
      return new Assignment(Words.name(key), value, Words.name(text));
    }

    private static String text(ConfigValue value) {
      if (value.valueType() == ConfigValueType.NUMBER) {
        // As written: 1e-3 stays 1e-3.
        return value.atKey("n").getString("n");
      }
      if (value.valueType() == ConfigValueType.STRING) {
        String text = (String) value.unwrapped();
        return LOOKS_LIKE_HOCON.matcher(text).matches() ? ConfigUtil.quoteString(text) : text;
      }
      return value.render(ConfigRenderOptions.concise());
    }
  }

  /** A message about this trial, whatever it is about the job in general. */
  public String in(Trial trial, String message) {
    return in(trials.indexOf(trial) + 1, trials.size(), trial.settings, message);
  }

  static String in(int number, int of, List<Assignment> settings, String message) {
    List<Assignment> shown = settings.stream().map(Assignment::shown).toList();
    return "%s (in trial %d of %d: %s)".formatted(message, number, of, text(shown));
  }

  private static String text(List<Assignment> settings) {
    return settings.stream()
        .map(setting -> setting.key() + " = " + setting.text())
        .collect(Collectors.joining(", "));
  }

  /**
   * The data has the metric.
   *
   * @throws JobException naming the metrics that it has
   */
  public void requireMetricOf(Targets targets) {
    JobChecks.metric(metricPlace, metric, targets);
  }
}
