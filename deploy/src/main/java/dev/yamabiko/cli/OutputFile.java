package dev.yamabiko.cli;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where a command writes what it makes. A file appears when it is whole; of a link, the file that
 * it leads to. A device or a pipe is written as it is: to replace it would destroy it.
 *
 * @param path what the user calls it
 * @param target what is written
 */
record OutputFile(Path path, Path target) {

  /**
   * Finds out what would only be found out when all is computed.
   *
   * @param input which is not to be replaced
   * @throws JobException if nothing can be written there
   */
  static OutputFile of(Path path, Path input) {
    try {
      if (!Files.isDirectory(path)
          && Files.exists(path)
          && Files.exists(input)
          && Files.isSameFile(path, input)) {
        throw refuse(path, "it is the input");
      }
    } catch (IOException e) {
      throw refuse(path, WriteFailure.reason(e));
    }
    return of(path);
  }

  /** The same, where no input could be meant. */
  static OutputFile of(Path path) {
    if (Files.isDirectory(path)) {
      throw refuse(path, "it is a directory");
    }
    try {
      if (Files.isSymbolicLink(path) && !Files.exists(path)) {
        throw refuse(path, "it is a link to a file that does not exist");
      }
      OutputFile file = new OutputFile(path, Files.isRegularFile(path) ? path.toRealPath() : path);
      if (file.isReplaced()) {
        requireWritableFolder(path, file.target.toAbsolutePath().getParent());
      } else if (!Files.isWritable(path)) {
        throw refuse(path, "it is not writable");
      }
      return file;
    } catch (IOException e) {
      throw refuse(path, WriteFailure.reason(e));
    }
  }

  /** What a system shows of itself as files says that it is writable, and takes none. */
  private static void requireWritableFolder(Path path, Path folder) throws IOException {
    if (folder == null || !Files.isDirectory(folder)) {
      throw refuse(path, "there is no directory " + folder);
    }
    if (!Files.isWritable(folder)) {
      throw refuse(path, folder + " is not writable");
    }
    try {
      Files.delete(Files.createTempFile(folder, "trial", AtomicFile.TEMPORARY));
    } catch (NoSuchFileException e) {
      throw refuse(path, "nothing can be made in " + folder);
    }
  }

  private static JobException refuse(Path path, String why) {
    return new JobException("--out " + path + " cannot be used: " + why);
  }

  /** Whether this is a file, or nothing yet. */
  private boolean isReplaced() {
    return Files.isRegularFile(target) || !Files.exists(target);
  }

  void write(AtomicFile.Content content) throws IOException {
    if (isReplaced()) {
      AtomicFile.write(target, content, AtomicFile.Gate.ofOneOfSeveral());
    } else {
      content.writeTo(target);
    }
  }
}
