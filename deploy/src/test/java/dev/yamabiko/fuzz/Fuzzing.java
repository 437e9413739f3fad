package dev.yamabiko.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Gives a target so many inputs, all of them decided by the seed. An input that is refused in a
 * place where none was before, or accepted after it was changed, is one that others are made of
 * from then on: so inputs get deeper without an eye on the target's branches.
 *
 * <p>A fault is whatever is thrown and no refusal, a refusal without a message that a user could
 * read, an input that takes too long or allocates more than its length allows. The input of each is
 * kept in a file. One that never ends is found by whoever waits, and ends the run.
 */
final class Fuzzing {

  private static final long MOST_NANOS = 5_000_000_000L;
  private static final long HANGS_NANOS = 60_000_000_000L;
  private static final int LOOK_MILLIS = 50;

  /** The place of what is refused nowhere. */
  private static final int ACCEPTED = 0;

  private static final int MOST_KEPT = 2000;
  private static final int MOST_FAULTS = 20;
  private static final int FRAMES = 6;
  private static final int SHOWN = 400;
  private static final int BEGINNING = 40;

  /** And as many as the input has: a message may show what it found. */
  private static final int MOST_MESSAGE = 1000;

  /** What programmers read and users do not. */
  private static final Pattern INTERNAL =
      Pattern.compile("(java|scala|akka|sun)\\.[a-z]+\\.|[:=] null$");

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final FuzzTarget target;
  private final long seed;
  private final Path kept;
  private final List<byte[]> pool;
  private final Set<Integer> places = new HashSet<>();
  private final Map<String, String> faults = new LinkedHashMap<>();
  private long accepted;
  private long slowest;
  private long mostAllocated;
  private int byLength;

  /** Of the input that is being read; 0 while none is. */
  private volatile long begun;

  private volatile byte[] current;
  private volatile Throwable broken;

  /**
   * @param kept where the inputs of faults go
   */
  Fuzzing(FuzzTarget target, long seed, Path kept) {
    this.target = target;
    this.seed = seed;
    this.kept = kept;
    pool = new ArrayList<>(target.samples());
  }

  FuzzReport run(long inputs) throws Exception {
    for (byte[] sample : target.samples()) {
      target.reader().read(sample); // A sample that is refused would test nothing but that.
    }
    long start = System.nanoTime();
    Thread thread = new Thread(() -> feed(inputs), "fuzz-" + target.name());
    thread.setDaemon(true);
    thread.start();
    do {
      thread.join(LOOK_MILLIS);
      long since = begun;
      if (thread.isAlive() && since != 0 && System.nanoTime() - since > HANGS_NANOS) {
        throw new AssertionError(
            "%s: an input hangs, kept in %s, in %s"
                .formatted(target.name(), keep(current), stack(thread.getStackTrace())));
      }
    } while (thread.isAlive());
    if (broken != null) {
      throw new IllegalStateException(target.name(), broken);
    }
    return new FuzzReport(
        target.name(),
        inputs,
        accepted,
        (int) places.stream().filter(place -> place != ACCEPTED).count(),
        (System.nanoTime() - start) / 1e9,
        slowest,
        mostAllocated,
        byLength,
        List.copyOf(faults.values()));
  }

  private void feed(long inputs) {
    try {
      Random random = new Random(seed * 31 + target.name().hashCode());
      Mutations mutations = new Mutations(random, target.words());
      for (long i = 0; i < inputs; i++) {
        byte[] input = mutations.of(pool);
        // Not always: a wrong sum is an input, too.
        feed(random.nextInt(16) == 0 ? input : target.repair().apply(input), random);
      }
    } catch (Throwable e) {
      broken = e;
    }
  }

  private void feed(byte[] input, Random random) {
    current = input;
    begun = System.nanoTime();
    long thread = Thread.currentThread().getId();
    long cpu = THREADS.getCurrentThreadCpuTime();
    long before = THREADS.getThreadAllocatedBytes(thread);
    Throwable thrown = null;
    try {
      target.reader().read(input);
    } catch (Throwable e) {
      thrown = e;
    }
    long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
    long nanos = THREADS.getCurrentThreadCpuTime() - cpu;
    begun = 0;
    judge(input, thrown);
    if (nanos > MOST_NANOS) {
      fault("slow", "takes %d ms".formatted(nanos / 1_000_000), input);
    }
    if (allocated > target.allowance().of(input.length)) {
      fault(
          "allocates",
          "allocates %,d bytes for %d".formatted(allocated, input.length)
              + (thrown == null ? "" : ": " + thrown),
          input);
    }
    slowest = Math.max(slowest, nanos);
    if (allocated > mostAllocated) {
      mostAllocated = allocated;
      byLength = input.length;
    }
    boolean isNew = places.add(place(thrown)) || thrown == null && random.nextInt(50) == 0;
    if (isNew) {
      keepAsSample(input, random);
    }
  }

  private void keepAsSample(byte[] input, Random random) {
    if (pool.size() < MOST_KEPT) {
      pool.add(input);
    } else {
      int first = target.samples().size();
      pool.set(first + random.nextInt(MOST_KEPT - first), input);
    }
  }

  private void judge(byte[] input, Throwable thrown) {
    if (thrown == null) {
      accepted++;
      return;
    }
    boolean refused = target.refusals().stream().anyMatch(kind -> kind.isInstance(thrown));
    String message = thrown.getMessage();
    if (!refused) {
      fault(
          thrown.getClass().getName() + place(thrown),
          thrown + " in " + stack(thrown.getStackTrace()),
          input);
    } else if (message == null
        || message.isBlank()
        || message.length() > MOST_MESSAGE + input.length
        || target.userReads() && INTERNAL.matcher(message).find()) {
      fault("message" + place(thrown), "says: " + shortened(message), input);
    }
  }

  private static String shortened(String message) {
    return message == null || message.length() <= SHOWN
        ? message
        : "%s... (%d characters)".formatted(message.substring(0, SHOWN), message.length());
  }

  private void fault(String kind, String what, byte[] input) {
    if (faults.size() < MOST_FAULTS && !faults.containsKey(kind)) {
      faults.put(kind, "%s: %s; input: %s".formatted(target.name(), what, keep(input)));
    }
  }

  private Path keep(byte[] input) {
    try {
      Files.createDirectories(kept);
      String name =
          "%s-%d-%08x".formatted(target.name().replace(' ', '-'), seed, Arrays.hashCode(input));
      return Files.write(kept.resolve(name), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same for whatever is thrown in one place. */
  private static int place(Throwable thrown) {
    if (thrown == null) {
      return ACCEPTED;
    }
    StackTraceElement[] stack = thrown.getStackTrace();
    // Without a stack the beginning of the message has to do, before it shows what it has found.
    int place = stack.length == 0 ? beginning(String.valueOf(thrown.getMessage())).hashCode() : 1;
    for (int i = 0; i < Math.min(FRAMES, stack.length); i++) {
      place = place * 31 + stack[i].getMethodName().hashCode() * 7 + stack[i].getLineNumber();
    }
    Throwable cause = thrown.getCause();
    return place * 31 + (cause == null || cause == thrown ? 0 : place(cause));
  }

  private static String beginning(String message) {
    String letters = message.replaceAll("[^a-zA-Z ]", "");
    return letters.substring(0, Math.min(BEGINNING, letters.length()));
  }

  private static String stack(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .limit(8)
        .map(frame -> "%s:%d".formatted(frame.getMethodName(), frame.getLineNumber()))
        .collect(Collectors.joining(" < "));
  }
}
