package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.function.Executable;

/** Test fixture: short ways to load data and to look at what was loaded. */
final class Loading {

  static final long SEED = 7;

  private Loading() {}

  static LoadedData load(DataSource source) {
    return DataLoader.load(new DataSpec(source, Optional.empty(), Optional.empty()), SEED);
  }

  static LoadedData holdOut(DataSource source, double fraction, DataSpec.Split split) {
    return holdOut(source, fraction, Optional.of(split), SEED);
  }

  static LoadedData holdOut(
      DataSource source, double fraction, Optional<DataSpec.Split> split, long seed) {
    return DataLoader.load(
        new DataSpec(source, Optional.of(new DataSpec.Validation.Fraction(fraction)), split), seed);
  }

  static LoadedData validate(DataSource train, DataSource validation) {
    return DataLoader.load(
        new DataSpec(
            train, Optional.of(new DataSpec.Validation.Source(validation)), Optional.empty()),
        SEED);
  }

  /** Data as a model sees it that was trained on that source. */
  static Dataset seenByModelOf(DataSource trainedOn, LoadedData trained, DataSource data) {
    ModelInputs inputs =
        new ModelInputs(
            trainedOn,
            trained.train().inputShape(),
            trained.inputType(),
            trained.columns(),
            trained.scaling());
    return DataLoader.loadForModel(data, inputs, trained.train().targets(), notice -> {});
  }

  static String errorOf(Executable loading) {
    return assertThrows(DataException.class, loading).getMessage();
  }

  static float[] input(Dataset data, int index) {
    float[] values = new float[data.inputShape().size()];
    data.readInput(index, values, 0);
    return values;
  }

  static float[] target(Dataset data, int index) {
    float[] values = new float[data.targets().width()];
    data.readTarget(index, values, 0);
    return values;
  }

  /** The first target value of every example. */
  static float[] targets(Dataset data) {
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = target(data, i)[0];
    }
    return values;
  }

  /** The first input value of every example. */
  static float[] inputs(Dataset data) {
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = input(data, i)[0];
    }
    return values;
  }
}
