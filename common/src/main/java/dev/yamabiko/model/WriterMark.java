package dev.yamabiko.model;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who writes a temporary file, as its name tells it, {@code FILE.PID-PLACE-RANDOM.part}: a process
 * that was killed leaves it there, and the next writer of the same file clears it.
 *
 * <p>A process number says something only where it was given: on one machine, since it has begun to
 * run, and in one container. That is the place; the files of any other are left alone.
 */
final class WriterMark {

  private static final String PLACE = place();

  private static final Pattern MARK =
      Pattern.compile("\\.(\\d{1,18})-" + PLACE + "-[0-9a-f]{8}" + AtomicFile.TEMPORARY);

  private WriterMark() {}

  /** Of this process, and of no other writer of it. */
  static String make() {
    return ".%d-%s-%08x"
        .formatted(ProcessHandle.current().pid(), PLACE, ThreadLocalRandom.current().nextInt());
  }

  /** Deletes what this user's processes that are no more have left of it, as far as it can. */
  static void clear(Path file) {
    String name = file.getFileName().toString();
    try (DirectoryStream<Path> folder =
        Files.newDirectoryStream(
            file.toAbsolutePath().getParent(),
            other -> other.getFileName().toString().startsWith(name))) {
      for (Path other : folder) {
        if (isOfNobody(other.getFileName().toString().substring(name.length())) && isOwn(other)) {
          Files.deleteIfExists(other);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // They are in nobody's way.
    }
  }

  private static boolean isOfNobody(String mark) {
    Matcher matcher = MARK.matcher(mark);
    return matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
  }

  /** Processes of others a system may hide. */
  private static boolean isOwn(Path file) throws IOException {
    return Files.getOwner(file).equals(Files.getOwner(Path.of("/proc/self")));
  }

  /** Where the system does not tell it, a place of its own: nothing is cleared then. */
  private static String place() {
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
      Path namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
      return "%08x".formatted((boot + namespace).hashCode());
    } catch (IOException e) {
      return "%08x".formatted(ThreadLocalRandom.current().nextInt());
    }
  }
}
