package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Classified images whose values are bytes; the model sees byte / 255. Pixels stay bytes in memory.
 *
 * @param labelPlace what messages call the place where an example's label comes from
 * @param pixels the examples one after the other; owned by this record
 * @param labels the class number of each example; owned by this record
 * @param classes the classes if the source itself fixes them, else 0 to the largest label of the
 *     training part
 */
record ByteExamples(
    String name,
    IntFunction<String> labelPlace,
    Shape inputShape,
    byte[] pixels,
    int[] labels,
    Optional<Targets.Classes> classes)
    implements Examples {

  private static final float[] SCALED = new float[256];

  static {
    for (int i = 0; i < 256; i++) {
      SCALED[i] = i / 255f;
    }
  }

  /** Labels that come from one place, which messages call by this name. */
  ByteExamples(
      String name,
      String labelsName,
      Shape inputShape,
      byte[] pixels,
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
    Fit.ClassNumbers numbers = fit.classNumbers();
    float[] classOf = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      int example = i;
      classOf[i] = numbers.of(className(labels[i]), () -> labelPlace.apply(example));
    }
    return new Images(inputShape, fit.targets(), pixels, classOf);
  }

  private record Images(Shape inputShape, Targets targets, byte[] pixels, float[] classOf)
      implements Dataset {

    @Override
    public int size() {
      return classOf.length;
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      int size = pixels.length / classOf.length;
      int from = index * size;
      for (int i = 0; i < size; i++) {
        into[at + i] = SCALED[pixels[from + i] & 0xFF];
      }
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      into[at] = classOf[index];
    }
  }
}
