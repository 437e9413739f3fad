package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelsFactoryTest {

  private String before;

  @BeforeEach
  void rememberProperty() {
    before = System.clearProperty(KernelsFactory.PROPERTY);
  }

  @AfterEach
  void restoreProperty() {
    if (before == null) {
      System.clearProperty(KernelsFactory.PROPERTY);
    } else {
      System.setProperty(KernelsFactory.PROPERTY, before);
    }
  }

  @Test
  void shouldMakeVectorKernelsUnlessThereIsANotice() {
    boolean vector = KernelsFactory.create().name().startsWith("vector");
    assertEquals(vector, KernelsFactory.notice().isEmpty());
  }

  @Test
  void shouldMakeTheKernelsThatThePropertyNames() {
    System.setProperty(KernelsFactory.PROPERTY, "scalar");
    assertEquals("scalar", KernelsFactory.create().name());
    assertEquals(Optional.empty(), KernelsFactory.notice());
  }

  @Test
  void shouldMakeNewKernelsEachTime() {
    assertNotSame(KernelsFactory.create(), KernelsFactory.create());
  }

  @ParameterizedTest
  @CsvSource({"1, false", "2, false", "4, true", "8, true", "16, true", "32, false", "64, false"})
  void shouldComputeWithVectorsOfWidthsThatTheKernelsAreFor(int lanes, boolean vectors) {
    assertEquals(vectors, KernelsFactory.obstacle(lanes).isEmpty());
  }

  @Test
  void shouldRefuseAnUnknownName() {
    System.setProperty(KernelsFactory.PROPERTY, "magic");
    var refusal = assertThrows(KernelsException.class, KernelsFactory::create);
    assertTrue(refusal.getMessage().contains("yamabiko.kernels"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("magic"), refusal.getMessage());
  }
}
