package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.Optional;

/**
 * Classified images whose values are bytes; the model sees byte / 255. Pixels stay bytes in memory.
 *
 * @param labelsName what messages call the place where labels come from
 * @param pixels the examples one after the other; owned by this record
 * @param labels one unsigned byte per example; owned by this record
 * @param classes the classes if the source itself fixes them, else 0 to the largest label of the
 *     training part
 */
record ByteExamples(
    String name,
    String labelsName,
    Shape inputShape,
    byte[] pixels,
    byte[] labels,
    Optional<Targets.Classes> classes)
    implements Examples {

  private static final float[] SCALED = new float[256];

  static {
    for (int i = 0; i < 256; i++) {
      SCALED[i] = i / 255f;
    }
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
    return Fit.unscaled(name, classes.orElseGet(() -> numbered(training)));
  }

  private Targets.Classes numbered(int[] training) {
    int max = 0;
    for (int i : training) {
      max = Math.max(max, labels[i] & 0xFF);
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
      classOf[i] =
          numbers.of(Integer.toString(labels[i] & 0xFF), () -> labelsName + ", example " + example);
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
