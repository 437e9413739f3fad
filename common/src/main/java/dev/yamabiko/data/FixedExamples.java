package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.List;

/** Examples on which nothing is fitted: the model sees them as they are. */
record FixedExamples(String name, StoredExamples examples) implements Examples {

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public Shape inputShape() {
    return examples.inputShape();
  }

  @Override
  public String targetKind() {
    return Fit.kindOf(examples.targets());
  }

  @Override
  public Fit fit(int[] training) {
    return Fit.unscaled(name, examples.targets());
  }

  @Override
  public Dataset under(Fit fit) {
    fit.requireUnscaled(name);
    Elements values = examples.targetValues();
    if (examples.targets() instanceof Targets.Classes own && !fit.targets().equals(own)) {
      values = renumbered(fit, own.names());
    }
    return new StoredExamples(inputShape(), fit.targets(), size(), examples.inputs(), values);
  }

  /** The numbers that other data gave to the same classes. */
  private Elements renumbered(Fit fit, List<String> names) {
    float[] label = new float[1];
    return fit.classNumbers()
        .ofAll(
            size(),
            i -> {
              examples.targetValues().read(i, label, 0, 1);
              return (int) label[0];
            },
            names::get,
            i -> name);
  }
}
