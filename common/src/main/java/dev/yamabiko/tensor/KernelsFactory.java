package dev.yamabiko.tensor;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/**
 * Makes the fastest kernels that this JVM can run. The system property {@value #PROPERTY} may name
 * "scalar" or "vector" to have no choice made.
 */
public final class KernelsFactory {
  private KernelsFactory() {}

  static final String PROPERTY = "yamabiko.kernels";
  private static final int LEAST_LANES = 4;
  private static final int MOST_LANES = 16;
  private static final String MODULE = "jdk.incubator.vector";
  private static final String VECTOR_KERNELS = "dev.yamabiko.tensor.vector.VectorKernels";

  /**
   * New kernels with scratch memory of their own, for one thread.
   *
   * @throws KernelsException if this JVM has none of those that are asked for
   */
  public static Kernels create() {
    return makesScalar() ? new ScalarKernels() : newVector();
  }

  /**
   * Throws where {@link #create} would, before anything else begins; looks no further where nothing
   * is asked for.
   */
  static void requireWanted() {
    if (!wanted().isEmpty()) {
      makesScalar();
    }
  }

  private static boolean makesScalar() {
    String wanted = wanted();
    Optional<String> obstacle = obstacle();
    if (wanted.equals("vector") && obstacle.isPresent()) {
      throw new KernelsException(PROPERTY + "=vector, but " + obstacle.get());
    }
    return wanted.equals("scalar") || obstacle.isPresent();
  }

  /**
   * A new account of what the kernels that {@link #create} makes keep as scratch memory; of vector
   * kernels whatever their width, so that all nodes forecast alike.
   */
  public static KernelScratch scratch() {
    return makesScalar() ? new ScalarScratch() : KernelScratch.ofAnyVectors();
  }

  /** Why {@link #create} makes the slow kernels although nobody asked for them, to be said once. */
  public static Optional<String> notice() {
    return wanted().isEmpty()
        ? obstacle().map(reason -> "computing with scalar kernels, many times slower: " + reason)
        : Optional.empty();
  }

  private static String wanted() {
    String wanted = System.getProperty(PROPERTY, "");
    return switch (wanted) {
      case "", "scalar", "vector" -> wanted;
      default ->
          throw new KernelsException(
              PROPERTY + " must be scalar or vector but is \"" + wanted + '"');
    };
  }

  /** What keeps the vector kernels from running, if anything. */
  private static Optional<String> obstacle() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.of(
          "the module " + MODULE + " is not loaded; start java with --add-modules " + MODULE);
    }
    return obstacle((int) invoke("lanes"));
  }

  /** Of vectors of so many floats, which the vector kernels have loops, masks and tables for. */
  static Optional<String> obstacle(int lanes) {
    return lanes < LEAST_LANES || lanes > MOST_LANES
        ? Optional.of(
            "the vectors of this JVM hold %d floats, and the kernels are for %d to %d"
                .formatted(lanes, LEAST_LANES, MOST_LANES))
        : Optional.empty();
  }

  private static Kernels newVector() {
    return (Kernels) invoke("create");
  }

  /** By name, because that package is compiled apart and needs a module that may be absent. */
  private static Object invoke(String method) {
    try {
      return Class.forName(VECTOR_KERNELS).getMethod(method).invoke(null);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the vector kernels do not start", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the vector kernels are missing", e);
    }
  }
}
