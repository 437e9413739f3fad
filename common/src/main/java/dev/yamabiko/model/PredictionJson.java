package dev.yamabiko.model;

import dev.yamabiko.data.Targets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Predictions as JSON holds them, by {@link CanonicalJson}: numbers are the shortest decimals that
 * read back as the same float; values that were scaled, as the same double.
 */
public final class PredictionJson {

  private final Targets targets;
  private final List<String> keys;

  /**
   * @param targets what the model says of an input
   */
  public PredictionJson(Targets targets) {
    this.targets = targets;
    keys = targets.keys();
  }

  /** What the outputs, classes or values, are called here: {@link Targets#keys}. */
  public List<String> keys() {
    return keys;
  }

  /** {"class": "cat", "probability": 0.75, "probabilities": {"cat": 0.75, "dog": 0.25}}. */
  public Map<String, Object> of(Prediction.Class prediction) {
    Map<String, Object> probabilities = new LinkedHashMap<>();
    for (int k = 0; k < prediction.probabilities().length; k++) {
      probabilities.put(keys.get(k), prediction.probabilities()[k]);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("class", keys.get(prediction.number()));
    object.put("probability", prediction.probabilities()[prediction.number()]);
    object.put("probabilities", probabilities);
    return object;
  }

  /** {"Temp": 12.3}. */
  public Map<String, Object> of(Prediction.Values prediction) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int k = 0; k < prediction.values().length; k++) {
      object.put(keys.get(k), value(prediction, k));
    }
    return object;
  }

  /** What was not scaled is the float that the model said. */
  public Number value(Prediction.Values prediction, int target) {
    Targets.Value value = ((Targets.Values) targets).values().get(target);
    double number = prediction.values()[target];
    boolean isScaled = value.offset() != 0 || value.scale() != 1;
    // Boxed apart: a conditional would make a double of the float.
    if (isScaled) {
      return number;
    }
    return (float) number;
  }
}
