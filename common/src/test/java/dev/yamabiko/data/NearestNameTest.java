package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  private static final List<String> LAYERS = List.of("dense", "conv2d", "max-pool", "relu", "tanh");

  @Test
  void shouldFindWhatIsNear() {
    assertEquals(Optional.of("dense"), NearestName.of("dens", LAYERS));
    assertEquals(Optional.of("conv2d"), NearestName.of("conv", LAYERS));
    assertEquals(Optional.of("max-pool"), NearestName.of("MaxPool", LAYERS));
    assertEquals(Optional.of("tanh"), NearestName.of("tahn", LAYERS));
  }

  @Test
  void shouldFindNothingWhenAllIsFar() {
    assertEquals(Optional.empty(), NearestName.of("lstm", LAYERS));
    assertEquals(Optional.empty(), NearestName.of("", LAYERS));
    assertEquals(Optional.empty(), NearestName.of("x".repeat(100_000), LAYERS));
    assertEquals(Optional.empty(), NearestName.of("x", List.of()));
  }

  @Test
  void shouldCountEdits() {
    assertEquals(0, NearestName.distance("relu", "relu"));
    assertEquals(1, NearestName.distance("rleu", "relu"));
    assertEquals(3, NearestName.distance("kitten", "sitting"));
    assertEquals(4, NearestName.distance("", "relu"));
  }

  @Property
  void shouldBeSymmetricAndAtMostTheLongerLength(
      @ForAll @AlphaChars @StringLength(max = 8) String a,
      @ForAll @AlphaChars @StringLength(max = 8) String b) {
    int distance = NearestName.distance(a, b);
    assertEquals(distance, NearestName.distance(b, a));
    assertEquals(a.equals(b), distance == 0);
    assertEquals(true, distance <= Math.max(a.length(), b.length()));
  }
}
