package dev.yamabiko.cli.doctor;

import dev.yamabiko.coordinator.WriteFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Whether a node can keep its files in a directory: it, or what it will be made in, can be written,
 * locks work, and there is room for what the node may keep.
 */
final class DirectoryCheck {

  /** Checkpoints of a small job want that much. */
  private static final long LEAST = 256 * Bytes.MIB;

  private DirectoryCheck() {}

  /**
   * @param name of the setting
   * @param mayTake what the node is allowed to fill it with, in bytes
   */
  static Finding of(String name, Path directory, long mayTake) {
    Path asked = directory.toAbsolutePath().normalize();
    Path there = asked;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      return Finding.problem(name, there + " is no directory", "name another place with --" + name);
    }
    String made = there.equals(asked) ? "" : ", made when a node starts";
    try {
      tryOut(there);
      return room(name, directory + made, there, mayTake - taken(directory));
    } catch (UncheckedIOException e) {
      return unusable(name, there, "read", e.getCause());
    } catch (IOException e) {
      return unusable(name, there, "written or locked", e);
    }
  }

  /** Whatever file it is that shows it, one tries in vain to mend that. */
  private static Finding unusable(String name, Path directory, String how, IOException e) {
    return Finding.problem(
        name,
        "%s cannot be %s: %s".formatted(directory, how, WriteFailure.reason(e)),
        "give this user the right to, or name another place with --" + name);
  }

  private static void tryOut(Path directory) throws IOException {
    Path trial = Files.createTempFile(directory, "trial", ".part");
    try (FileChannel channel = FileChannel.open(trial, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IOException("a new file is locked by somebody else");
      }
    } finally {
      Files.delete(trial);
    }
  }

  private static long taken(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static Finding room(String name, String directory, Path there, long more)
      throws IOException {
    long free = Files.getFileStore(there).getUsableSpace();
    String found = "%s: %s free".formatted(directory, Bytes.text(free));
    if (free < LEAST) {
      return Finding.problem(name, found, "make room, or name another place with --" + name);
    } else if (free < more) {
      return Finding.warning(
          name,
          found + ", and up to " + Bytes.text(more) + " more may be kept there",
          "make room, or set smaller bounds in --config");
    }
    return Finding.ok(name, found);
  }
}
