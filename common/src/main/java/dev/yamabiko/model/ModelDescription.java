package dev.yamabiko.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.MissingExtensionException;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a model file says of itself, read back: the counterpart of {@link ModelMetadata}.
 *
 * @param columns see {@link LoadedData#columns}
 * @param metadata that all this was read from
 */
record ModelDescription(
    Job job,
    Shape inputShape,
    Targets targets,
    List<LoadedData.Scaling> scaling,
    List<DataSource.Column> columns,
    Map<String, String> metadata) {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String UNUSABLE = "the job in this model file cannot be used: ";

  /**
   * @throws OtherExtensionException if the job uses an extension that is not here
   * @throws ModelException if the metadata is not Yamabiko's, or damaged
   */
  static ModelDescription read(Path file, Map<String, String> metadata) {
    if (!ModelMetadata.FORMAT.equals(metadata.get("format"))) {
      throw new ModelException(
          file
              + ": expected a model file written by yamabiko but its metadata does not say so; it"
              + " has tensors but no job");
    }
    return new Reader(file, metadata).description();
  }

  /** How files, and what a program has at hand, become the model's inputs. */
  ModelInputs inputs() {
    Optional<String> type = Optional.ofNullable(metadata.get("input_type"));
    return new ModelInputs(job.data().train(), inputShape, type, columns, scaling);
  }

  /** Reads one key after the other and names the one that is wrong. */
  private record Reader(Path file, Map<String, String> metadata) {

    ModelDescription description() {
      Job job = job();
      List<LoadedData.Scaling> scaling = list("input_scaling", Reader::scaling);
      List<DataSource.Column> columns = list("input_columns", Reader::column);
      if (!scaling.isEmpty() && scaling.size() != columns.size()) {
        throw new ModelException(
            "%s: expected input_scaling of %d columns but found %d"
                .formatted(file, columns.size(), scaling.size()));
      }
      return new ModelDescription(job, inputShape(), targets(), scaling, columns, metadata);
    }

    private Job job() {
      try {
        return JobFile.parse(text("job"), file + ": job", Path.of(""), List.of());
      } catch (MissingExtensionException e) {
        throw new OtherExtensionException(UNUSABLE + e.getMessage(), e);
      } catch (JobException e) {
        throw new ModelException(UNUSABLE + e.getMessage(), e);
      }
    }

    private Shape inputShape() {
      List<Integer> dimensions = list("input_shape", Reader::dimension);
      try {
        return new Shape(dimensions);
      } catch (IllegalArgumentException e) {
        throw new ModelException(file + ": input_shape: " + e.getMessage(), e);
      }
    }

    private Targets targets() {
      if (metadata.containsKey("classes") == metadata.containsKey("targets")) {
        throw new ModelException(
            file
                + ": expected either classes or targets in the metadata but found "
                + (metadata.containsKey("classes") ? "both" : "neither"));
      }
      return metadata.containsKey("classes")
          ? new Targets.Classes(list("classes", Reader::string))
          : new Targets.Values(list("targets", Reader::value));
    }

    private String text(String key) {
      String text = metadata.get(key);
      if (text == null) {
        throw new ModelException(
            "%s: expected %s in the metadata but it is missing".formatted(file, key));
      }
      return text;
    }

    private <T> List<T> list(String key, Function<JsonNode, T> item) {
      JsonNode json;
      try {
        json = MAPPER.readTree(text(key));
      } catch (JsonProcessingException e) {
        throw new ModelException(
            "%s: %s in the metadata is not JSON: %s".formatted(file, key, e.getOriginalMessage()),
            e);
      }
      if (!json.isArray()) {
        throw new ModelException("%s: expected %s to be a JSON list".formatted(file, key));
      }
      List<T> items = new ArrayList<>();
      for (JsonNode node : json) {
        try {
          items.add(item.apply(node));
        } catch (IllegalArgumentException e) {
          throw new ModelException(
              "%s: %s: expected %s but found %s".formatted(file, key, e.getMessage(), node), e);
        }
      }
      return items;
    }

    private static String string(JsonNode node) {
      if (!node.isTextual()) {
        throw new IllegalArgumentException("a string");
      }
      return node.textValue();
    }

    private static int dimension(JsonNode node) {
      if (!node.isInt()) {
        throw new IllegalArgumentException("an integer");
      }
      return node.intValue();
    }

    private static DataSource.Column column(JsonNode node) {
      if (node.isInt() && node.intValue() >= 0) {
        return new DataSource.Column.Indexed(node.intValue());
      }
      if (!node.isTextual()) {
        throw new IllegalArgumentException("a column's name or index");
      }
      return new DataSource.Column.Named(node.textValue());
    }

    private static LoadedData.Scaling scaling(JsonNode node) {
      String column = string(node.path("column"));
      if (!node.has("categories")) {
        return new LoadedData.Scaling(column, number(node, "offset"), scale(node));
      }
      List<String> categories = new ArrayList<>();
      node.get("categories").forEach(category -> categories.add(string(category)));
      if (categories.isEmpty()) {
        throw new IllegalArgumentException("at least one category");
      }
      return new LoadedData.Scaling(column, categories);
    }

    private static Targets.Value value(JsonNode node) {
      return new Targets.Value(string(node.path("name")), number(node, "offset"), scale(node));
    }

    private static double number(JsonNode node, String key) {
      JsonNode number = node.path(key);
      if (!number.isNumber() || !Double.isFinite(number.doubleValue())) {
        throw new IllegalArgumentException("a number " + key);
      }
      return number.doubleValue();
    }

    private static double scale(JsonNode node) {
      double scale = number(node, "scale");
      if (scale == 0) {
        throw new IllegalArgumentException("a scale other than 0");
      }
      return scale;
    }
  }
}
