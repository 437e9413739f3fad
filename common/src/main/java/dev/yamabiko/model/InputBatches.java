package dev.yamabiko.model;

import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.InputSink;
import dev.yamabiko.data.Targets;
import java.util.ArrayList;
import java.util.List;

/** Collects inputs, predicts them batch by batch and passes each prediction on, in order. */
public final class InputBatches implements InputSink {

  /** Takes predictions one after the other. */
  public interface PredictionSink {
    void accept(Prediction prediction);
  }

  private final TrainedModel model;
  private final Predictor predictor;
  private final PredictionSink sink;
  private final List<InputOrigin> origins = new ArrayList<>();
  private long count;

  public InputBatches(TrainedModel model, Predictor predictor, PredictionSink sink) {
    this.model = model;
    this.predictor = predictor;
    this.sink = sink;
  }

  @Override
  public void accept(InputOrigin origin, float[] input) {
    System.arraycopy(input, 0, predictor.inputs(), origins.size() * input.length, input.length);
    origins.add(origin);
    if (origins.size() == predictor.batch()) {
      flush();
    }
  }

  /** Predicts what is left; returns the number of all predictions. */
  public long finish() {
    flush();
    return count;
  }

  private void flush() {
    if (origins.isEmpty()) {
      return;
    }
    float[] outputs = predictor.predict(origins.size());
    for (int row = 0; row < origins.size(); row++) {
      sink.accept(prediction(origins.get(row), row, outputs));
    }
    count += origins.size();
    origins.clear();
  }

  private Prediction prediction(InputOrigin origin, int row, float[] outputs) {
    int width = predictor.width();
    if (model.targets() instanceof Targets.Values values) {
      double[] original = new double[width];
      for (int k = 0; k < width; k++) {
        Targets.Value value = values.values().get(k);
        original[k] = outputs[row * width + k] * value.scale() + value.offset();
      }
      return new Prediction.Values(origin, original);
    }
    float[] probabilities = new float[width];
    System.arraycopy(outputs, row * width, probabilities, 0, width);
    return new Prediction.Class(origin, predictor.predictedClass(row), probabilities);
  }
}
