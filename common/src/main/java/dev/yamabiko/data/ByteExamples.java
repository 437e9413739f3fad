package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Classified images whose values are bytes; the model sees byte / 255. Pixels stay bytes.
 *
 * @param labelPlace what messages call the place where an example's label comes from
 * @param pixels the examples one after the other
 * @param labels the class number of each example; owned by this record
 * @param classes the classes if the source itself fixes them, else 0 to the largest label of the
 *     training part
 */
record ByteExamples(
    String name,
    IntFunction<String> labelPlace,
    Shape inputShape,
    Segments pixels,
    int[] labels,
    Optional<Targets.Classes> classes)
    implements Examples {

  /** Labels that come from one place, which messages call by this name. */
  ByteExamples(
      String name,
      String labelsName,
      Shape inputShape,
      Segments pixels,
      int[] labels,
      Optional<Targets.Classes> classes) {
    this(name, i -> labelsName + ", example " + i, inputShape, pixels, labels, classes);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public String targetKind() {
    return Fit.A_CLASS;
  }

  @Override
  public Fit fit(int[] training) {
    if (classes.isPresent() && classes.get().count() < 2) {
      throw new DataException(
          name
              + ": expected at least two classes to tell apart but found only "
              + CsvCell.quote(className(0)));
    }
    return Fit.unscaled(name, classes.orElseGet(() -> numbered(training)));
  }

  private String className(int label) {
    return classes.map(c -> c.names().get(label)).orElseGet(() -> Integer.toString(label));
  }

  private Targets.Classes numbered(int[] training) {
    int max = 0;
    for (int i : training) {
      max = Math.max(max, labels[i]);
    }
    return Targets.Classes.numbered(max + 1);
  }

  @Override
  public Dataset under(Fit fit) {
    fit.requireUnscaled(name);
    Elements classOf =
        fit.classNumbers().ofAll(size(), i -> labels[i], this::className, labelPlace);
    Elements inputs = new Elements(pixels, Decoder.UNIT_BYTES);
    return new StoredExamples(inputShape, fit.targets(), size(), inputs, classOf);
  }
}
