package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.Optional;

/**
 * Classified images whose values are bytes; the model sees byte / 255. Pixels stay bytes.
 *
 * @param labelsName what messages call the place where labels come from
 * @param pixels the examples one after the other
 * @param labels one unsigned byte per example; owned by this record
 * @param classes the classes if the source itself fixes them, else 0 to the largest label of the
 *     training part
 */
record ByteExamples(
    String name,
    String labelsName,
    Shape inputShape,
    Segments pixels,
    byte[] labels,
    Optional<Targets.Classes> classes)
    implements Examples {

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
    Elements classOf =
        fit.classNumbers().ofAll(size(), i -> labels[i] & 0xFF, i -> labelsName + ", example " + i);
    Elements inputs = new Elements(pixels, Decoder.UNIT_BYTES);
    return new StoredExamples(inputShape, fit.targets(), size(), inputs, classOf);
  }
}
