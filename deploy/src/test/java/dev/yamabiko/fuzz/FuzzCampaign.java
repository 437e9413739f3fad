package dev.yamabiko.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Fuzzes as long as it is told to, and prints what came of it. */
final class FuzzCampaign {

  /** Where there is such a place: every file is written as often as it is read. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final String ALL = "all";

  private FuzzCampaign() {}

  /**
   * @param inputs of all targets together
   * @param names of targets, or "all"
   * @param kept where inputs that led to faults go
   * @return how many faults there were
   */
  static int run(long inputs, long seed, List<String> names, Path kept) throws Exception {
    Path directory =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "yamabiko-fuzz")
            : Files.createTempDirectory("yamabiko-fuzz");
    try (FuzzTargets targets = new FuzzTargets(directory)) {
      List<String> there = targets.all().stream().map(FuzzTarget::name).toList();
      if (!names.contains(ALL) && !there.containsAll(names)) {
        throw new IllegalArgumentException(
            "expected targets of %s, or all, but found %s".formatted(there, names));
      }
      List<FuzzTarget> chosen =
          targets.all().stream()
              .filter(target -> names.contains(ALL) || names.contains(target.name()))
              .toList();
      System.out.printf("seed %d%n%s%n", seed, FuzzReport.header());
      long done = 0;
      int faults = 0;
      for (FuzzTarget target : chosen) {
        long share = (inputs + chosen.size() - 1) / chosen.size();
        FuzzReport report = new Fuzzing(target, seed, kept).run(share);
        System.out.println(report);
        report.faults().forEach(fault -> System.out.println("fault: " + fault));
        faults += report.faults().size();
        done += share;
      }
      System.out.printf("%d inputs, %d faults%n", done, faults);
      return faults;
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
