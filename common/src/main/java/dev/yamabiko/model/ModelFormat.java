package dev.yamabiko.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What files a trained model is to be had as. */
public enum ModelFormat {
  /** As a run leaves it: see {@link Safetensors}. */
  SAFETENSORS,
  /** For other runtimes: see {@link dev.yamabiko.model.onnx.OnnxExport}. */
  ONNX;

  /** As users write it, and how file names end. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ModelFormat> of(String key) {
    return Arrays.stream(values()).filter(format -> format.key().equals(key)).findFirst();
  }

  public static List<String> keys() {
    return Arrays.stream(values()).map(ModelFormat::key).toList();
  }
}
