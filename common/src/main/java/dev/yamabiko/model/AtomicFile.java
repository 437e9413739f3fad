package dev.yamabiko.model;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that appear whole or not at all, whatever happens to process or machine: written under
 * another name, forced to the disk, renamed, and the folder forced to the disk.
 */
public final class AtomicFile {

  /** What the temporary file's name ends with; one that is left over is of no use to anybody. */
  public static final String TEMPORARY = ".part";

  /** Writes a file's content. */
  public interface Content {
    void writeTo(Path file) throws IOException;
  }

  /** A change to what is on the disk that takes but a moment. */
  public interface Change {
    void make() throws IOException;
  }

  /** Lets changes happen or refuses them, by an exception. */
  public interface Gate {

    /** For writers of which there is only one. */
    Gate OPEN = Change::make;

    /**
     * For one of several writers of a file, in this process or in others: each writes a temporary
     * file of its own, and the last one's takes the place. It clears those that processes have left
     * that were killed.
     */
    static Gate ofOneOfSeveral() {
      String mark = WriterMark.make();
      return new Gate() {
        @Override
        public void pass(Change change) throws IOException {
          change.make();
        }

        @Override
        public String mark() {
          return mark;
        }

        @Override
        public void begin(Path file) {
          WriterMark.clear(file);
        }
      };
    }

    void pass(Change change) throws IOException;

    /** Before the temporary file is made. */
    default void begin(Path file) {}

    /** Keeps temporary files apart that different writers may have of one file at a time. */
    default String mark() {
      return "";
    }
  }

  private AtomicFile() {}

  /**
   * Replaces the file if there is one. Without success everything is as it was; only where the
   * folder cannot be forced to the disk is the new file in its place already.
   */
  public static void write(Path file, Content content) throws IOException {
    write(file, content, Gate.OPEN);
  }

  /** The same, if the gate lets the file take its place. */
  public static void write(Path file, Content content, Gate gate) throws IOException {
    gate.begin(file);
    Path temporary = file.resolveSibling(file.getFileName() + gate.mark() + TEMPORARY);
    try {
      content.writeTo(temporary);
      force(temporary, StandardOpenOption.WRITE);
      gate.pass(
          () ->
              Files.move(
                  temporary,
                  file,
                  StandardCopyOption.ATOMIC_MOVE,
                  StandardCopyOption.REPLACE_EXISTING));
      forceEntries(file.toAbsolutePath().getParent());
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException deletion) {
        e.addSuppressed(deletion);
      }
      throw e;
    }
  }

  /** What was made, renamed or deleted in this folder stays so, whatever happens to the machine. */
  public static void forceEntries(Path folder) throws IOException {
    force(folder, StandardOpenOption.READ);
  }

  private static void force(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }
}
