package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.vector.VectorKernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelFingerprintTest {

  private static final String RIGHT = KernelFingerprint.of(new ScalarKernels());

  /** All operations; each writes to the last array among its arguments. */
  static Stream<String> operations() {
    return Arrays.stream(Kernels.class.getMethods())
        .filter(method -> method.getReturnType() == void.class)
        .map(Method::getName)
        .sorted();
  }

  /** Kernels whose operation changes one bit of one result, in those calls. */
  private static Kernels spoilt(String operation, IntPredicate calls) {
    Kernels right = new ScalarKernels();
    AtomicInteger call = new AtomicInteger();
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(right, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (method.getName().equals(operation) && calls.test(call.getAndIncrement())) {
                float[] y =
                    Arrays.stream(arguments)
                        .filter(float[].class::isInstance)
                        .map(float[].class::cast)
                        .reduce((first, second) -> second)
                        .orElseThrow();
                int last = y.length - 1;
                y[last] = Float.intBitsToFloat(Float.floatToRawIntBits(y[last]) ^ 1);
              }
              return result;
            });
  }

  @Test
  void shouldBeEqualForScalarAndVectorKernels() {
    assertEquals(RIGHT, KernelFingerprint.of(new VectorKernels()));
    KernelFingerprint.begin();
    assertEquals(RIGHT, KernelFingerprint.ofThisJvm());
    KernelFingerprint.begin();
    assertEquals(RIGHT, KernelFingerprint.ofThisJvm());
  }

  @Test
  void shouldBeASha256() {
    assertTrue(RIGHT.matches("[0-9a-f]{64}"), RIGHT);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void shouldDifferWhenAnyOperationIsOffByOneBit(String operation) {
    assertNotEquals(RIGHT, KernelFingerprint.of(spoilt(operation, call -> true)));
  }

  @Test
  void shouldNotTrustKernelsThatChangeTheirMinds() {
    // Three calls a round.
    Kernels moody = spoilt("affine", call -> call == 7);
    String refused =
        assertThrows(IllegalStateException.class, () -> KernelFingerprint.of(moody)).getMessage();
    assertEquals(
        "the scalar kernels gave other bits in round 2 than at first; this JVM cannot be trusted",
        refused);
  }
}
