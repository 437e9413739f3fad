package dev.yamabiko.fuzz;

import java.util.List;
import java.util.Locale;

/**
 * What a target did with its inputs.
 *
 * @param accepted of them; all others were refused, or are faults
 * @param ways how many different places of the product refused one
 * @param slowest processor time of one input, in nanoseconds
 * @param mostAllocated bytes on the heap by one input, of this length
 * @param faults each of them once, with the file that its input is kept in
 */
record FuzzReport(
    String target,
    long inputs,
    long accepted,
    int ways,
    double seconds,
    long slowest,
    long mostAllocated,
    int byLength,
    List<String> faults) {

  FuzzReport {
    faults = List.copyOf(faults);
  }

  static String header() {
    return "%-20s %10s %10s %10s %6s %9s %11s %22s %7s"
        .formatted(
            "target",
            "inputs",
            "accepted",
            "refused",
            "places",
            "inputs/s",
            "slowest/ms",
            "most allocated/KiB",
            "faults");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-20s %10d %10d %10d %6d %9.0f %11.1f %22s %7d",
        target,
        inputs,
        accepted,
        inputs - accepted,
        ways,
        inputs / seconds,
        slowest / 1e6,
        "%d by %d B".formatted(mostAllocated >> 10, byLength),
        faults.size());
  }
}
