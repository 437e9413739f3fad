package dev.yamabiko.job;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Softmax;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Optimizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The whole job: its top-level keys, and what one key demands of another. */
final class JobParser {
  static final List<String> LOSSES = List.of("softmax-cross-entropy", "half-squared-error");
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
            "loss",
            "optimizer",
            "clipping",
            "batch-size",
            "shards",
            "epochs",
            "checkpoint");
    this.defaultName = defaultName;
  }

  Job parse() {
    String name = name();
    Node seedNode = job.at("seed");
    long seed = seedNode.given() ? seedNode.whole(0, Long.MAX_VALUE) : 1;
    DataSpec data = DataParser.parse(job.at("data"), seed);
    List<LayerSpec> model = ModelParser.parse(job.at("model"));
    Loss loss = loss(model);
    Optimizer optimizer = OptimizerParser.parse(job.at("optimizer"));
    OptionalDouble clipNorm = clipNorm();
    int batchSize = job.at("batch-size").integer(1);
    return new Job(
        name,
        seed,
        data,
        model,
        loss,
        optimizer,
        clipNorm,
        batchSize,
        shards(batchSize),
        job.at("epochs").integer(1),
        checkpointEverySteps(),
        resolved(name, data),
        Places.of(job.node()));
  }

  private String name() {
    Node node = job.at("name");
    if (!node.given()) {
      if (!defaultName.matches(NAME)) {
        throw node.error(
            "expected %s but the file's name gives \"%s\"; add a name"
                .formatted(NAME_TEXT, defaultName));
      }
      return defaultName;
    }
    String name = node.text(NAME_TEXT);
    if (!name.matches(NAME)) {
      throw node.expected(NAME_TEXT);
    }
    return name;
  }

  private Loss loss(List<LayerSpec> model) {
    Variant variant = job.at("loss").variant(LOSSES);
    variant.section();
    if (variant.name().equals("half-squared-error")) {
      return new HalfSquaredError();
    }
    int last = model.size() - 1;
    if (model.get(last) instanceof Softmax.Spec) {
      throw job.at("model")
          .children()
          .get(last)
          .error(
              "the loss softmax-cross-entropy applies softmax itself; leave out the last softmax");
    }
    return new SoftmaxCrossEntropy();
  }

  private OptionalDouble clipNorm() {
    Node clipping = job.at("clipping");
    return clipping.given()
        ? OptionalDouble.of(
            clipping.section("global-norm").at("global-norm").number(Interval.POSITIVE))
        : OptionalDouble.empty();
  }

  private int shards(int batchSize) {
    Node node = job.at("shards");
    int shards = node.integer(1, Math.min(MOST_DEFAULT_SHARDS, batchSize));
    if (shards > batchSize) {
      throw node.expected("an integer from 1 to batch-size, which is %d,".formatted(batchSize));
    }
    return shards;
  }

  private OptionalLong checkpointEverySteps() {
    Node checkpoint = job.at("checkpoint");
    return checkpoint.given()
        ? OptionalLong.of(
            checkpoint.section("every-steps").at("every-steps").whole(1, Long.MAX_VALUE))
        : OptionalLong.empty();
  }

  /** The job as text that gives the same job wherever it is read. */
  private String resolved(String name, DataSpec data) {
    ConfigObject root = withoutNulls((ConfigObject) job.node().value());
    root = root.withValue("name", ConfigValueFactory.fromAnyRef(name));
    for (Map.Entry<String, Path> file : DataParser.files(data).entrySet()) {
      ConfigValue path = ConfigValueFactory.fromAnyRef(file.getValue().toString());
      root = root.toConfig().withValue(file.getKey(), path).root();
    }
    for (Map.Entry<String, Path> directory : DataParser.directories(data).entrySet()) {
      ConfigValue path = ConfigValueFactory.fromAnyRef(directory.getValue().toString());
      root = root.toConfig().withValue(directory.getKey(), path).root();
    }
    return root.render(ConfigRenderOptions.defaults().setOriginComments(false).setComments(false));
  }

  private static ConfigObject withoutNulls(ConfigObject object) {
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
