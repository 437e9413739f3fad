package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Softmax takes the exponential row by row; a row of a few classes must not cost objects. */
class ShortRowAllocationTest {

  private static final int CALLS = 20_000;

  /** Until the compiler has had its turn, which may take long where others use the machine. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 16, 26})
  void shouldAllocateNothingForARowOfExponentials(int classes) {
    Kernels kernels = KernelsFactory.create();
    float[] x = new float[classes];
    float[] y = new float[classes];
    double least = Double.POSITIVE_INFINITY;
    long end = System.nanoTime() + LIMIT.toNanos();
    while (least >= 1 && System.nanoTime() < end) {
      long before = AllocatedBytes.ofThisThread();
      for (int i = 0; i < CALLS; i++) {
        kernels.exp(classes, x, 0, y, 0);
      }
      least = Math.min(least, (AllocatedBytes.ofThisThread() - before) / (double) CALLS);
    }
    assertTrue(least < 1, kernels.name() + ": " + least + " bytes for a call");
  }
}
