package dev.yamabiko.coordinator;

import dev.yamabiko.step.SliceStep;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The slices that a run begins with, in order. They are given away once: a run that goes back has
 * others from then on, and whoever holds its settings must not keep the memory of the first.
 */
public final class FirstSlices {

  private final int count;
  private final AtomicReference<List<SliceStep>> slices;

  FirstSlices(List<SliceStep> slices) {
    count = slices.size();
    this.slices = new AtomicReference<>(List.copyOf(slices));
  }

  int count() {
    return count;
  }

  /** For whoever they belong to from now on; then there are none. */
  public List<SliceStep> take() {
    return slices.getAndSet(List.of());
  }
}
