package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Examples in .npy files: inputs of shape (n, ...), and labels or targets. */
final class NpyExamples implements Examples {

  /** A label beyond this is no class but a mistake. */
  private static final int MOST_CLASSES = 1 << 20;

  private final NpyArray inputs;
  private final NpyArray outputs;

  /** Empty where the outputs are targets. */
  private final int[] labels;

  private NpyExamples(NpyArray inputs, NpyArray outputs, int[] labels) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.labels = labels;
  }

  static Examples read(DataSource.Npy source, DataStore store) {
    if (source.labels().isPresent() == source.targets().isPresent()) {
      throw new DataException(
          source.inputs() + ": expected either targets or labels, not both or neither");
    }
    NpyArray inputs = NpyArray.read(source.inputs(), source.factor(), store);
    boolean classes = source.labels().isPresent();
    Path file = source.labels().or(source::targets).orElseThrow();
    NpyArray outputs = NpyArray.read(file, 1, store);
    int[] labels = classes ? outputs.labels(MOST_CLASSES) : new int[0];
    if (inputs.header().examples() != outputs.header().examples()) {
      String kind = classes ? "labels" : "targets";
      throw new DataException(
          String.format(
              "%s holds %d examples but %s holds %d %s; expected as many %s as examples",
              source.inputs(),
              inputs.header().examples(),
              file,
              outputs.header().examples(),
              kind,
              kind));
    }
    if (!classes && outputs.header().shape().size() > 2) {
      throw new DataException(
          String.format(
              "%s: expected targets of shape (n,) or (n, k) but found %s",
              file, outputs.header().shapeInWords()));
    }
    return new NpyExamples(inputs, outputs, labels);
  }

  private boolean hasClasses() {
    return labels.length > 0;
  }

  @Override
  public String name() {
    return inputs.header().file().toString();
  }

  @Override
  public int size() {
    return inputs.header().examples();
  }

  @Override
  public Shape inputShape() {
    return inputs.header().exampleShape();
  }

  @Override
  public Optional<String> inputType() {
    return Optional.of(inputs.header().type().numpyName());
  }

  @Override
  public String targetKind() {
    return hasClasses() ? Fit.A_CLASS : Fit.valuesInWords(outputs.header().exampleSize());
  }

  @Override
  public Fit fit(int[] training) {
    return Fit.unscaled(name(), hasClasses() ? classes(training) : values());
  }

  private Targets classes(int[] training) {
    int max = 0;
    for (int i : training) {
      max = Math.max(max, labels[i]);
    }
    return Targets.Classes.numbered(max + 1);
  }

  private Targets values() {
    int width = outputs.header().exampleSize();
    return new Targets.Values(
        width == 1
            ? List.of(Targets.Value.plain("target"))
            : IntStream.range(0, width).mapToObj(i -> Targets.Value.plain("target " + i)).toList());
  }

  @Override
  public Dataset under(Fit fit) {
    fit.requireUnscaled(name());
    Elements targets =
        hasClasses()
            ? fit.classNumbers()
                .ofAll(
                    size(),
                    i -> labels[i],
                    Integer::toString,
                    i -> outputs.header().file() + ", example " + i)
            : outputs.elements();
    return new StoredExamples(inputShape(), fit.targets(), size(), inputs.elements(), targets);
  }
}
