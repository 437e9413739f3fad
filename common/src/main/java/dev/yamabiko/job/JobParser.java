package dev.yamabiko.job;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.extension.Interval;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.step.Communication;
import dev.yamabiko.step.UpdateRule;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** The whole job: its top-level keys, and what one key demands of another. */
final class JobParser {
  static final int LONGEST_NAME = 64;
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
  private static final String NAME_TEXT =
      "at most 64 letters, digits, \".\", \"_\" or \"-\", beginning with a letter or digit,";
  private static final int MOST_DEFAULT_SHARDS = 8;

  private final Section job;
  private final String defaultName;

  JobParser(Node root, String defaultName) {
    this.job =
        root.section(
            "name",
            "seed",
            "data",
            "model",
            "freeze",
            "warm-start",
            "loss",
            "optimizer",
            "schedule",
            "clipping",
            "communication",
            "batch-size",
            "shards",
            "epochs",
            "checkpoint",
            "early-stopping",
            "on-divergence",
            "workers",
            "tensorboard",
            ExtensionPins.KEY,
            Sweep.KEY);
    this.defaultName = defaultName;
  }

  Job parse() {
    refuseSweep();
    ExtensionPins pins = new ExtensionPins(job.at(ExtensionPins.KEY));
    String name = name(job.at("name"), defaultName);
    Node seedNode = job.at("seed");
    long seed = seedNode.given() ? seedNode.whole(0, Long.MAX_VALUE) : 1;
    DataSpec data = DataParser.parse(job.at("data"), seed);
    ModelSpec model = model();
    PolicyParser policies = new PolicyParser(job, data);
    int batchSize = job.at("batch-size").integer(1);
    Loss loss = LossParser.parse(job.at("loss"), job.at("model"), model.layers());
    Optimizer optimizer = OptimizerParser.parse(job.at("optimizer"));
    SortedMap<String, String> extensions =
        pins.of(data, model.layers(), loss.kind(), optimizer.kind());
    return new Job(
        name,
        seed,
        data,
        model,
        loss,
        new UpdateRule(optimizer, ScheduleParser.parse(job.at("schedule")), clipping()),
        communication(),
        batchSize,
        shards(batchSize),
        job.at("epochs").integer(1),
        policies.checkpoints(),
        policies.selection(),
        policies.rollback(),
        policies.workers(),
        policies.tensorBoard(),
        extensions,
        resolved(name, data, model, extensions),
        Places.of(job.node()));
  }

  private ModelSpec model() {
    List<LayerSpec> layers = ModelParser.parse(job.at("model"));
    Node warmStart = job.at("warm-start");
    return new ModelSpec(
        layers,
        Set.copyOf(PolicyParser.frozen(job.at("freeze"), layers.size())),
        warmStart.given()
            ? Optional.of(warmStart.path("the path of a model file or a run directory"))
            : Optional.empty());
  }

  /** One job cannot be many. */
  private void refuseSweep() {
    Node sweep = job.at(Sweep.KEY);
    if (sweep.given()) {
      throw sweep.error(
          "makes many jobs of this one, which yamabiko sweep runs; --set sweep=null leaves just the one");
    }
  }

  /**
   * @param node of the key {@code name}
   * @param otherwise where none is given
   */
  static String name(Node node, String otherwise) {
    if (!node.given()) {
      if (!otherwise.matches(NAME)) {
        throw node.error(
            "expected %s but the file's name gives \"%s\"; add a name"
                .formatted(NAME_TEXT, otherwise));
      }
      return otherwise;
    }
    String name = node.text(NAME_TEXT);
    if (!name.matches(NAME)) {
      throw node.expected(NAME_TEXT);
    }
    return name;
  }

  private Optional<Clipping> clipping() {
    Node node = job.at("clipping");
    if (!node.given()) {
      return Optional.empty();
    }
    Section options = node.section("global-norm", "value");
    Node norm = options.at("global-norm");
    Node value = options.at("value");
    if (norm.given() && value.given()) {
      throw value.error("expected one of global-norm and value but found both");
    }
    if (!norm.given() && !value.given()) {
      throw node.error("expected global-norm or value but found neither");
    }
    return Optional.of(
        value.given()
            ? new Clipping.Value(value.single(Interval.POSITIVE, 0))
            : new Clipping.GlobalNorm(norm.number(Interval.POSITIVE)));
  }

  private Communication communication() {
    Node node = job.at("communication");
    if (!node.given()) {
      return Communication.EXACT;
    }
    Section options = node.section("gradients", "weights");
    return new Communication(
        options.at("gradients").oneOf(Communication.Format.class, Communication.Format.FLOAT32),
        options.at("weights").oneOf(Communication.Format.class, Communication.Format.FLOAT32));
  }

  private int shards(int batchSize) {
    Node node = job.at("shards");
    int shards = node.integer(1, Math.min(MOST_DEFAULT_SHARDS, batchSize));
    if (shards > Job.MOST_SHARDS) {
      throw node.expected("an integer from 1 to " + Job.MOST_SHARDS);
    }
    if (shards > batchSize) {
      throw node.expected("an integer from 1 to batch-size, which is %d,".formatted(batchSize));
    }
    return shards;
  }

  /** The job as text that gives the same job wherever it is read. */
  private String resolved(
      String name, DataSpec data, ModelSpec model, Map<String, String> extensions) {
    ConfigObject root =
        ExtensionPins.into(withoutNulls((ConfigObject) job.node().value()), extensions);
    Map<String, String> values = new LinkedHashMap<>();
    values.put("name", name);
    paths(data, model).forEach((key, path) -> values.put(key, path.toString()));
    return with(root, values);
  }

  /** The job's text with other values at these keys. */
  static String with(ConfigObject root, Map<String, String> values) {
    Config result = root.toConfig();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      result = result.withValue(entry.getKey(), ConfigValueFactory.fromAnyRef(entry.getValue()));
    }
    return result
        .root()
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setComments(false));
  }

  /** Every file and directory that the job reads, by the key that names it. */
  static Map<String, Path> paths(DataSpec data, ModelSpec model) {
    Map<String, Path> paths = new LinkedHashMap<>(DataParser.files(data));
    paths.putAll(DataParser.directories(data));
    model.warmStart().ifPresent(path -> paths.put("warm-start", path));
    return paths;
  }

  static ConfigObject withoutNulls(ConfigObject object) {
    Map<String, Object> kept = new HashMap<>();
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      ConfigValue value = entry.getValue();
      if (value.valueType() != ConfigValueType.NULL) {
        kept.put(entry.getKey(), value instanceof ConfigObject inner ? withoutNulls(inner) : value);
      }
    }
    return ConfigValueFactory.fromMap(kept);
  }
}
