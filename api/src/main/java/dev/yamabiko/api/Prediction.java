package dev.yamabiko.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model says of one input: a class with the probabilities of all, or values. */
public final class Prediction {

  private final String label;
  private final Map<String, Float> probabilities;
  private final Map<String, Double> values;

  private Prediction(String label, Map<String, Float> probabilities, Map<String, Double> values) {
    this.label = label;
    this.probabilities = Collections.unmodifiableMap(probabilities);
    this.values = Collections.unmodifiableMap(values);
  }

  /**
   * @param names of the model's outputs, none of them twice
   */
  static Prediction of(dev.yamabiko.model.Prediction prediction, List<String> names) {
    if (prediction instanceof dev.yamabiko.model.Prediction.Class chosen) {
      Map<String, Float> probabilities = new LinkedHashMap<>();
      for (int k = 0; k < chosen.probabilities().length; k++) {
        probabilities.put(names.get(k), chosen.probabilities()[k]);
      }
      return new Prediction(names.get(chosen.number()), probabilities, Map.of());
    }
    double[] numbers = ((dev.yamabiko.model.Prediction.Values) prediction).values();
    Map<String, Double> values = new LinkedHashMap<>();
    for (int k = 0; k < numbers.length; k++) {
      values.put(names.get(k), numbers[k]);
    }
    return new Prediction("", Map.of(), values);
  }

  /**
   * The class that the model takes for the right one.
   *
   * @throws IllegalStateException if the model predicts values
   */
  public String label() {
    if (probabilities.isEmpty()) {
      throw new IllegalStateException(
          "this model predicts values, not classes: " + values.keySet());
    }
    return label;
  }

  /**
   * That of {@link #label}, from 0 to 1.
   *
   * @throws IllegalStateException if the model predicts values
   */
  public float probability() {
    return probabilities.get(label());
  }

  /**
   * Of every class by its name, from 0 to 1, in the order of {@link Model#outputs}; empty where the
   * model predicts values.
   */
  public Map<String, Float> probabilities() {
    return probabilities;
  }

  /**
   * The one value that the model predicts, in the target's own unit.
   *
   * @throws IllegalStateException if it predicts several, or classes
   */
  public double value() {
    if (values.size() != 1) {
      throw new IllegalStateException(
          values.isEmpty()
              ? "this model predicts classes, not a value"
              : "this model predicts several values: " + values.keySet());
    }
    return values.values().iterator().next();
  }

  /**
   * Of every target by its name, in its own unit and the order of {@link Model#outputs}; empty
   * where the model predicts classes.
   */
  public Map<String, Double> values() {
    return values;
  }

  /** Such as "7 (0.98)" or "{Temp=12.3}". */
  @Override
  public String toString() {
    return probabilities.isEmpty() ? values.toString() : label + " (" + probability() + ")";
  }
}
