package dev.yamabiko.soak;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds at a moment.
 *
 * @param heapKib used right after a full collection
 * @param files open handles
 * @param besideHeapKib resident memory that is no heap: a heap takes what it may, sooner or later
 */
record Vitals(long heapKib, long files, long threads, long besideHeapKib) {

  private static final Pattern USED = Pattern.compile("used (\\d+)K");
  private static final Pattern ADDRESS = Pattern.compile("0x(\\p{XDigit}+)");
  private static final Pattern MAPPING = Pattern.compile("(\\p{XDigit}+)-\\p{XDigit}+ .*");

  /** A JVM that answers nothing for so long hangs. */
  private static final int ANSWER_SECONDS = 60;

  /** Empty where the process has ended, is stopped, or has not begun to answer; that is told. */
  static Optional<Vitals> of(SoakNode node) throws InterruptedException {
    Path proc = Path.of("/proc", Long.toString(node.pid()));
    try {
      // Of a stopped JVM jcmd would wait for an answer.
      List<String> status = Files.readAllLines(proc.resolve("status"));
      if (number(status, "State:").equals("T")) {
        return Optional.empty();
      }
      jcmd(node, "GC.run");
      // The classes' memory, named last, is no heap.
      String heap = jcmd(node, "GC.heap_info").split("Metaspace")[0];
      try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
        return Optional.of(
            new Vitals(
                used(heap),
                files.count(),
                Long.parseLong(number(status, "Threads:")),
                residentBeside(heap, Files.readAllLines(proc.resolve("smaps")))));
      }
    } catch (IOException | IllegalStateException e) {
      System.out.printf("no figures of %s: %s%n", node.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private static String number(List<String> status, String key) {
    return status.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(key.length()).strip().split("\\s+")[0])
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + key));
  }

  private static String jcmd(SoakNode node, String command)
      throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Path said = Files.createTempFile("jcmd", ".txt");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(node.pid()), command)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "%s did not answer jcmd %s within %d s: %s"
                .formatted(node.name(), command, ANSWER_SECONDS, node.evidence()));
      }
      String out = Files.readString(said);
      if (process.exitValue() != 0) {
        throw new IllegalStateException("jcmd %s: %s".formatted(command, out.strip()));
      }
      return out;
    } finally {
      Files.delete(said);
    }
  }

  /** Of both generations. */
  private static long used(String heap) {
    Matcher used = USED.matcher(heap);
    long sum = 0;
    while (used.find()) {
      sum += Long.parseLong(used.group(1));
    }
    if (sum == 0) {
      throw new IllegalStateException(heap);
    }
    return sum;
  }

  /**
   * What is resident outside the heap's addresses.
   *
   * @param heap names where its generations begin and end
   */
  private static long residentBeside(String heap, List<String> mappings) {
    long[] addresses =
        ADDRESS.matcher(heap).results().mapToLong(m -> Long.parseLong(m.group(1), 16)).toArray();
    long begin = Arrays.stream(addresses).min().orElseThrow(() -> new IllegalStateException(heap));
    long end = Arrays.stream(addresses).max().getAsLong();
    boolean isHeap = false;
    long beside = 0;
    for (String line : mappings) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.matches()) {
        long at = Long.parseUnsignedLong(mapping.group(1), 16);
        isHeap = Long.compareUnsigned(at, begin) >= 0 && Long.compareUnsigned(at, end) < 0;
      } else if (!isHeap && line.startsWith("Rss:")) {
        beside += Long.parseLong(number(List.of(line), "Rss:"));
      }
    }
    return beside;
  }

  /** All files below a folder, in KiB; what is deleted meanwhile does not count. */
  static long diskKib(Path folder) throws IOException {
    long[] bytes = {0};
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes[0] += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes[0] >> 10;
  }
}
