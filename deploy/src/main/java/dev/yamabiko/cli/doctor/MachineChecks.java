package dev.yamabiko.cli.doctor;

import java.time.format.DateTimeFormatter;
import java.util.List;

/** What every node wants of a machine. */
final class MachineChecks {

  static final int SHOWN_OF_A_FINGERPRINT = 12;

  /** Besides its heap a node has buffers, and maps its datasets. */
  private static final double MOST_HEAP = 0.8;

  private static final long LEAST_HEAP = 256 * Bytes.MIB;

  /** Three connections for each of a thousand workers, and files. */
  private static final long FILES = 4_096;

  private MachineChecks() {}

  static List<Finding> of(Machine machine) {
    return List.of(
        java(machine), vectors(machine), memory(machine), files(machine), clock(machine));
  }

  static Finding java(Machine machine) {
    return machine.feature() >= 17
        ? Finding.ok("java", machine.java())
        : Finding.problem("java", machine.java(), "have JAVA_HOME name Java 17 or newer");
  }

  static Finding vectors(Machine machine) {
    if (machine.fingerprint().isEmpty()) {
      return Finding.problem(
          "kernels",
          machine.kernels() + "; equal operations give different bits",
          "use another JDK or another machine: this one computes wrongly");
    }
    String bits = shown(machine.fingerprint().get());
    String found =
        "%s, fingerprint %s, %d cores".formatted(machine.kernels(), bits, machine.cores());
    return machine
        .slowness()
        .map(
            why ->
                Finding.warning(
                    "kernels",
                    found + "; " + why,
                    "start with bin/yamabiko and a JDK that has jdk.incubator.vector"))
        .orElseGet(() -> Finding.ok("kernels", found));
  }

  static String shown(String fingerprint) {
    return fingerprint.substring(0, Math.min(SHOWN_OF_A_FINGERPRINT, fingerprint.length())) + "...";
  }

  static Finding memory(Machine machine) {
    String found =
        "heap up to %s of %s"
            .formatted(Bytes.text(machine.heapBytes()), Bytes.text(machine.memoryBytes()));
    if (machine.heapBytes() > machine.memoryBytes()) {
      return Finding.problem(
          "memory", found, "give the JVM less than the machine has: YAMABIKO_JAVA_OPTS=-Xmx4g");
    } else if (machine.heapBytes() > MOST_HEAP * machine.memoryBytes()) {
      return Finding.warning(
          "memory", found, "leave a fifth for buffers and mapped data, with a smaller -Xmx");
    } else if (machine.heapBytes() < LEAST_HEAP) {
      return Finding.warning(
          "memory", found, "give the JVM more, as YAMABIKO_JAVA_OPTS=-Xmx1g, or the container");
    }
    return Finding.ok("memory", found);
  }

  static Finding files(Machine machine) {
    if (machine.openFiles().isEmpty()) {
      return Finding.ok("open files", "this system tells no limit");
    }
    long most = machine.openFiles().getAsLong();
    String found = "up to %d".formatted(most);
    return most < FILES
        ? Finding.warning(
            "open files", found, "raise it for many workers: ulimit -n 65536, or LimitNOFILE")
        : Finding.ok("open files", found);
  }

  /** Times are kept in UTC; names of run directories and logs for people have the zone's. */
  static Finding clock(Machine machine) {
    String time = machine.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx"));
    String found = "%s, time zone %s".formatted(time, machine.now().getZone());
    // Nothing of this was there before.
    return machine.now().getYear() < 2026
        ? Finding.problem("clock", found, "set the machine's clock, as with an NTP service")
        : Finding.ok("clock", found);
  }
}
