package dev.yamabiko.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Reads, splits and scales a job's data. Everything that is fitted sees the training part only. */
public final class DataLoader {

  private DataLoader() {}

  /**
   * @param jobSeed decides which examples a RANDOM split holds out
   * @throws DataException if the data cannot be used; its message is meant for the user
   */
  public static LoadedData load(DataSpec spec, long jobSeed) {
    return load(spec, jobSeed, DataStore.of(spec.storage()));
  }

  static LoadedData load(DataSpec spec, long jobSeed, DataStore store) {
    List<String> notes = new ArrayList<>();
    LoadedData data = read(spec, jobSeed, store, notes::add);
    notes.addAll(store.notes());
    return new LoadedData(
        data.train(),
        data.validation(),
        data.scaling(),
        data.baseline(),
        data.columns(),
        data.inputType(),
        notes);
  }

  private static LoadedData read(
      DataSpec spec, long jobSeed, DataStore store, Consumer<String> notices) {
    Examples train = read(spec.train(), store);
    train.note().ifPresent(notices);
    if (spec.validation().isEmpty()) {
      Fit fit = train.fit(all(train));
      return new LoadedData(
          train.under(fit),
          Optional.empty(),
          fit.scaling(),
          Optional.empty(),
          train.columns(),
          train.inputType());
    }
    DataSpec.Validation validation = spec.validation().get();
    if (validation instanceof DataSpec.Validation.Fraction fraction) {
      return split(train, fraction.fraction(), spec.split(), jobSeed);
    }
    DataSource own = ((DataSpec.Validation.Source) validation).source();
    Examples examples = read(own, spec.train(), store);
    examples.note().ifPresent(notices);
    InheritedScale.notice(own, examples, spec.train(), train.inputType()).ifPresent(notices);
    return withOwnValidation(train, examples);
  }

  /**
   * All examples of a source as a model sees them that was trained on other data. The source's own
   * normalisation settings do not count; what else it leaves out is as in training.
   *
   * @param model how the model's training data became its inputs
   * @param targets what the model learned to say
   * @param notices hears, line by line, what people should know
   */
  public static Dataset loadForModel(
      DataSource source, ModelInputs model, Targets targets, Consumer<String> notices) {
    if (source instanceof DataSource.Csv csv && model.shape().rank() != 1) {
      throw model.notATable(csv.path());
    }
    Examples examples = read(source, model.trainedOn(), DataStore.of(DataSpec.Storage.AUTO));
    Dataset seen =
        loadForModel(examples, model.trainedOn(), targets, model.scaling(), model.columns());
    examples.note().ifPresent(notices);
    InheritedScale.notice(source, examples, model.trainedOn(), model.type()).ifPresent(notices);
    return seen;
  }

  /** Of a model that was trained on a source of the same options. */
  static Dataset loadForModel(
      DataSource source, Targets targets, List<LoadedData.Scaling> scaling) {
    return loadForModel(source, targets, scaling, DataStore.of(DataSpec.Storage.AUTO));
  }

  static Dataset loadForModel(
      DataSource source, Targets targets, List<LoadedData.Scaling> scaling, DataStore store) {
    return loadForModel(read(source, store), source, targets, scaling, List.of());
  }

  private static Dataset loadForModel(
      Examples examples,
      DataSource trainedOn,
      Targets targets,
      List<LoadedData.Scaling> scaling,
      List<DataSource.Column> columns) {
    if (!examples.targetKind().equals(Fit.kindOf(targets))) {
      throw new DataException(
          String.format(
              "the data does not fit the model: expected %s but found %s (%s)",
              Fit.kindOf(targets), examples.targetKind(), examples.name()));
    }
    return examples.under(examples.fitOf(trainedOn, targets, scaling, columns));
  }

  private static LoadedData split(
      Examples examples, double fraction, Optional<DataSpec.Split> given, long seed) {
    DataSpec.Split split =
        given.orElse(examples.isSeries() ? DataSpec.Split.CHRONOLOGICAL : DataSpec.Split.RANDOM);
    HoldOut parts = HoldOut.split(examples.name(), examples.size(), fraction, split, seed);
    Fit fit = examples.fit(parts.train());
    Dataset whole = examples.under(fit);
    return new LoadedData(
        new Subset(whole, parts.train()),
        Optional.of(new Subset(whole, parts.validation())),
        fit.scaling(),
        examples.baseline(parts.validation(), fit),
        examples.columns(),
        examples.inputType());
  }

  private static LoadedData withOwnValidation(Examples train, Examples validation) {
    if (!train.inputShape().equals(validation.inputShape())
        || !train.targetKind().equals(validation.targetKind())) {
      throw new DataException(
          "the validation source does not fit the training source: expected "
              + describe(train)
              + " but found "
              + describe(validation));
    }
    Fit fit = train.fit(all(train));
    return new LoadedData(
        train.under(fit),
        Optional.of(validation.under(fit)),
        fit.scaling(),
        validation.baseline(all(validation), fit),
        train.columns(),
        train.inputType());
  }

  private static String describe(Examples examples) {
    return String.format(
        "inputs of shape %s and %s (%s)",
        examples.inputShape(), examples.targetKind(), examples.name());
  }

  /** What it leaves out is as the training source has it. */
  private static Examples read(DataSource source, DataSource training, DataStore store) {
    return read(source instanceof DataSource.Npy npy ? npy.beside(training) : source, store);
  }

  private static Examples read(DataSource source, DataStore store) {
    if (source instanceof DataSource.Builtin builtin) {
      return Builtins.generate(builtin, store);
    }
    if (source instanceof DataSource.Idx idx) {
      return IdxFile.readExamples(idx, store);
    }
    if (source instanceof DataSource.Npy npy) {
      return NpyExamples.read(npy, store);
    }
    if (source instanceof DataSource.Images images) {
      return ImageFolder.read(images, store);
    }
    if (source instanceof DataSource.Extended extended) {
      return new ExtendedSource(extended).read(store);
    }
    return TableExamples.of(CsvTable.read((DataSource.Csv) source, store));
  }

  private static int[] all(Examples examples) {
    return IntStream.range(0, examples.size()).toArray();
  }
}
