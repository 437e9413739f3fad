package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestKeyTest {
  private static final List<String> LAYERS = List.of("dense", "conv2d", "max-pool", "relu", "tanh");

  @Test
  void shouldFindWhatIsNear() {
    assertEquals(Optional.of("dense"), NearestKey.of("dens", LAYERS));
    assertEquals(Optional.of("conv2d"), NearestKey.of("conv", LAYERS));
    assertEquals(Optional.of("max-pool"), NearestKey.of("MaxPool", LAYERS));
    assertEquals(Optional.of("tanh"), NearestKey.of("tahn", LAYERS));
  }

  @Test
  void shouldFindNothingWhenAllIsFar() {
    assertEquals(Optional.empty(), NearestKey.of("lstm", LAYERS));
    assertEquals(Optional.empty(), NearestKey.of("", LAYERS));
    assertEquals(Optional.empty(), NearestKey.of("x".repeat(100_000), LAYERS));
    assertEquals(Optional.empty(), NearestKey.of("x", List.of()));
  }

  @Test
  void shouldCountEdits() {
    assertEquals(0, NearestKey.distance("relu", "relu"));
    assertEquals(1, NearestKey.distance("rleu", "relu"));
    assertEquals(3, NearestKey.distance("kitten", "sitting"));
    assertEquals(4, NearestKey.distance("", "relu"));
  }

  @Property
  void shouldBeSymmetricAndAtMostTheLongerLength(
      @ForAll @AlphaChars @StringLength(max = 8) String a,
      @ForAll @AlphaChars @StringLength(max = 8) String b) {
    int distance = NearestKey.distance(a, b);
    assertEquals(distance, NearestKey.distance(b, a));
    assertEquals(a.equals(b), distance == 0);
    assertEquals(true, distance <= Math.max(a.length(), b.length()));
  }
}
