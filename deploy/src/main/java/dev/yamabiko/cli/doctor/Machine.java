package dev.yamabiko.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.yamabiko.tensor.KernelFingerprint;
import dev.yamabiko.tensor.KernelsFactory;
import java.lang.management.ManagementFactory;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What this process runs on.
 *
 * @param java the version, as Java says it
 * @param kernels which this JVM computes with
 * @param slowness why they are the slow ones, if nobody has asked for those
 * @param fingerprint of their bits; empty if equal operations gave different ones
 * @param heapBytes that the JVM may take for its heap
 * @param memoryBytes of the machine, or of the container where that has a limit
 * @param openFiles how many the process may have; empty where the system does not tell
 */
record Machine(
    int feature,
    String java,
    String kernels,
    Optional<String> slowness,
    Optional<String> fingerprint,
    int cores,
    long heapBytes,
    long memoryBytes,
    OptionalLong openFiles,
    ZonedDateTime now) {

  /** Computes a fingerprint: takes about a second. */
  static Machine here() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        Runtime.version().feature(),
        Runtime.version() + " (" + System.getProperty("java.vendor", "?") + ")",
        KernelsFactory.create().name(),
        KernelsFactory.notice(),
        trusted(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory(),
        system.getTotalMemorySize(),
        system instanceof UnixOperatingSystemMXBean unix
            ? OptionalLong.of(unix.getMaxFileDescriptorCount())
            : OptionalLong.empty(),
        ZonedDateTime.now());
  }

  private static Optional<String> trusted() {
    try {
      return Optional.of(KernelFingerprint.ofThisJvm());
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }
}
