package dev.yamabiko.job;

import java.util.Optional;

/**
 * What a run takes of a JVM's heap, in bytes.
 *
 * @param least without which none can begin; it decides, because {@code about}, an upper estimate,
 *     would refuse runs that fit
 * @param about what messages say
 */
public record HeapNeed(long least, long about) {

  private static final long GIB = 1L << 30;

  /** Some collectors let it differ a little from time to time, but what is said stays the same. */
  private static final long HEAP = Runtime.getRuntime().maxMemory();

  private static final String COMMANDS_OPTION = "YAMABIKO_JAVA_OPTS=-Xmx";

  /** Where all workers share the JVM. */
  public static HeapNeed ofTraining(Plan plan, long heap) {
    return new HeapNeed(withSlices(plan), plan.memoryBytes(heap));
  }

  /**
   * Of a cluster's coordinator.
   *
   * @param slices whether they live there, rather than on nodes of their own
   */
  public static HeapNeed ofCoordinator(Plan plan, boolean slices) {
    return new HeapNeed(
        slices ? withSlices(plan) : begin(plan), new ClusterMemory(plan, 1).coordinatorHeapBytes());
  }

  /**
   * Why a parameters node's heap did not suffice for its slices of a run.
   *
   * @param floats that they have of the flat vector
   */
  public static String exceededBySlices(Plan plan, long floats, long heap) {
    long about = new ClusterMemory(plan, 1).ownerHeapBytes(floats);
    return "not enough memory: its slices need about %s of heap besides the rest of the node, and the JVM may use %s; %s"
        .formatted(PlanTable.bytes(about), PlanTable.bytes(heap), more(about / GIB + 2));
  }

  /**
   * Before a worker takes part that receives weights from other nodes: while one version arrives it
   * computes with the one before.
   *
   * @param floats of one version
   * @param room bytes that it may receive them into
   * @throws HeapException if it could never receive them
   */
  public static void requireWeights(long floats, long room) {
    long both = 2L * Float.BYTES * floats;
    if (both > room) {
      throw new HeapException(
          "not enough memory: two versions of the weights take %s but may take at most %s, half of what the JVM may use; %s"
              .formatted(PlanTable.bytes(both), PlanTable.bytes(room), more(2 * both / GIB + 2)));
    }
  }

  /** Weights and optimizer's state, as the run begins. */
  private static long begin(Plan plan) {
    return Float.BYTES * (1L + plan.job().optimizer().stateVectors()) * plan.network().length();
  }

  /** The same as it goes on, and a gradient. */
  private static long withSlices(Plan plan) {
    return 2 * begin(plan) + (long) Float.BYTES * plan.network().length();
  }

  /** Why a JVM with this heap cannot begin the run, and what to do; empty where it can. */
  public Optional<String> missing(long heap) {
    return least > heap ? Optional.of(exceeded(heap)) : Optional.empty();
  }

  /**
   * @throws HeapException if a JVM with this heap cannot begin the run
   */
  public void require(long heap) {
    missing(heap)
        .ifPresent(
            why -> {
              throw new HeapException(why);
            });
  }

  /** Of a JVM whose heap did not suffice. */
  public String exceeded(long heap) {
    return "not enough memory: the job needs about %s of heap besides its data, and the JVM may use %s; %s"
        .formatted(PlanTable.bytes(about), PlanTable.bytes(heap), more(about / GIB + 2));
  }

  /** Of this JVM, where memory has run out. */
  public static String outOfMemory() {
    return outOfMemory(COMMANDS_OPTION);
  }

  /**
   * The same.
   *
   * @param option what gives it more, up to the size
   */
  public static String outOfMemory(String option) {
    return "not enough memory: the JVM may use %s; %s"
        .formatted(PlanTable.bytes(HEAP), more(option, Math.max(8, 2 * (HEAP / GIB + 1))));
  }

  /**
   * Whether memory has run out, whatever has become of the error: a future or a class that could
   * not be initialized for it, now or before, has another one. But not where that has been told in
   * words of its own.
   */
  public static boolean isOutOfMemory(Throwable thrown) {
    for (Throwable e = thrown; e != null && !(e instanceof JobException); e = e.getCause()) {
      boolean initialization = e instanceof LinkageError && e.getMessage() != null;
      if (e instanceof OutOfMemoryError
          || initialization && e.getMessage().contains(OutOfMemoryError.class.getName())) {
        return true;
      }
    }
    return false;
  }

  private static String more(long gib) {
    return more(COMMANDS_OPTION, gib);
  }

  private static String more(String option, long gib) {
    return "give it more, as in %s%dg".formatted(option, gib);
  }
}
