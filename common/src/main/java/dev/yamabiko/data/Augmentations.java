package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * What happens to each training input before it is used, in this order. The i-th augmentation draws
 * from the stream {@code Philox.stream(seed, AUGMENT, i, epoch, sample)}: it is a pure function of
 * the example's place, whoever computes it and in what order.
 */
public record Augmentations(List<Augmentation> all) {

  public static final Augmentations NONE = new Augmentations(List.of());

  public Augmentations {
    all = List.copyOf(all);
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Inputs of this shape can be augmented.
   *
   * @throws DataException naming the first augmentation that they do not fit
   */
  public void check(Shape shape) {
    for (int i = 0; i < all.size(); i++) {
      try {
        all.get(i).check(shape);
      } catch (DataException e) {
        throw new DataException("data.augment[" + i + "]: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Changes the input {@code values[at .. at + shape.size() - 1]}; allocates nothing.
   *
   * @param random of the job's seed; left at any place
   * @param epoch 0-based, below 2^32, as is {@code sample}, the example's index in the training
   *     part
   * @param shape one that {@link #check} accepts
   * @param scratch at least {@code shape.size()} floats, overwritten
   */
  public void apply(
      Philox random,
      long epoch,
      long sample,
      Shape shape,
      float[] values,
      int at,
      float[] scratch) {
    for (int i = 0; i < all.size(); i++) {
      random.restart(Philox.Purpose.AUGMENT, i, epoch, sample);
      all.get(i).apply(shape, values, at, scratch, random);
    }
  }
}
