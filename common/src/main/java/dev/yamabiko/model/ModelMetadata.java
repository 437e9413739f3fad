package dev.yamabiko.model;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model file says of itself, so that it can be used without the run that made it: the job,
 * how inputs are scaled before the model sees them, and what its outputs mean. Values are strings,
 * as the format wants; those that are structured hold JSON.
 *
 * <pre>
 *   format          "yamabiko"
 *   job             the resolved job file (HOCON)
 *   input_shape     [channels, height, width] or [features] of one example
 *   input_type      of .npy arrays the dtype of their elements, as u1; absent if trained on others
 *   input_columns   of a table the input columns, ["wind", ...] by name or [0, ...] by index; else []
 *   input_scaling   one object per input column, [] if none was fitted:
 *                   {"column", "offset", "scale"}: the model sees (x - offset) / scale
 *                   {"column", "categories": [...]}: it sees a 0 or 1 for each category, in order
 *   classes         ["cat", ...]: names of the outputs (classification)
 *   targets         [{"name", "offset", "scale"}, ...]: output * scale + offset (regression)
 *   weights_sha256  of all weights, as in result.json; added when the file is written
 * </pre>
 */
public final class ModelMetadata {

  static final String FORMAT = "yamabiko";

  private ModelMetadata() {}

  public static Map<String, String> of(Job job, LoadedData data) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("job", job.resolved());
    metadata.put("input_shape", CanonicalJson.of(data.train().inputShape().dimensions()));
    data.inputType().ifPresent(type -> metadata.put("input_type", type));
    metadata.put(
        "input_columns",
        CanonicalJson.of(data.columns().stream().map(ModelMetadata::key).toList()));
    metadata.put(
        "input_scaling",
        CanonicalJson.of(data.scaling().stream().map(ModelMetadata::column).toList()));
    Targets targets = data.train().targets();
    if (targets instanceof Targets.Classes classes) {
      metadata.put("classes", CanonicalJson.of(classes.names()));
    } else if (targets instanceof Targets.Values values) {
      List<Map<String, Object>> scaled =
          values.values().stream()
              .map(v -> scaled("name", v.name(), v.offset(), v.scale()))
              .toList();
      metadata.put("targets", CanonicalJson.of(scaled));
    }
    return metadata;
  }

  /** A column as the metadata has it, by its name or its index. */
  public static Object key(DataSource.Column column) {
    return column instanceof DataSource.Column.Indexed indexed
        ? (Object) indexed.index()
        : ((DataSource.Column.Named) column).name();
  }

  private static Map<String, Object> column(LoadedData.Scaling scaling) {
    if (scaling.categories().isEmpty()) {
      return scaled("column", scaling.column(), scaling.offset(), scaling.scale());
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("column", scaling.column());
    object.put("categories", scaling.categories());
    return object;
  }

  private static Map<String, Object> scaled(String key, String name, double offset, double scale) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(key, name);
    object.put("offset", offset);
    object.put("scale", scale);
    return object;
  }
}
