package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.AllocatedBytes;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading examples allocates nothing, so that steps leave no garbage for each example. */
class ReadAllocationTest {

  private static final int EXAMPLES = 1000;
  private static final int WARM_UP_EPOCHS = 20;

  /** Below the 16 bytes of the smallest object for each example; the measuring costs a little. */
  private static final long MOST = EXAMPLES * 4L;

  private static void readAll(Dataset data, float[] input, float[] target) {
    for (int i = 0; i < data.size(); i++) {
      data.readInput(i, input, 0);
      data.readTarget(i, target, 0);
    }
  }

  /** Bytes with class numbers, and floats with values. */
  @ParameterizedTest
  @ValueSource(strings = {"digits", "sine"})
  void shouldAllocateNothingWhenExamplesAreRead(String name) {
    DataSource source = new DataSource.Builtin(name, EXAMPLES, 1);
    DataSpec spec = new DataSpec(source, Optional.empty(), Optional.empty());
    Dataset data = DataLoader.load(spec, 1).train();
    float[] input = new float[data.inputShape().size()];
    float[] target = new float[data.targets().width()];
    for (int epoch = 0; epoch < WARM_UP_EPOCHS; epoch++) {
      readAll(data, input, target);
    }
    long before = AllocatedBytes.ofThisThread();
    readAll(data, input, target);
    long bytes = AllocatedBytes.ofThisThread() - before;
    assertTrue(bytes <= MOST, bytes + " bytes for " + EXAMPLES + " examples");
  }
}
