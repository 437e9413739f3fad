package dev.yamabiko.cli;

import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a run's files go: the directory given, which must be new or empty, or {@code
 * runs/NAME-TIME}. It is checked before anything is computed and made only when the job is known to
 * be good.
 */
record OutputDirectory(Path path, boolean chosenByUser) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  static OutputDirectory of(
      Optional<Path> given, String jobName, LocalDateTime now, Path workingDirectory) {
    String name = jobName.replaceAll("[^\\p{Alnum}._-]", "-") + "-" + TIME.format(now);
    Path path = given.orElse(Path.of("runs", name));
    OutputDirectory directory =
        new OutputDirectory(
            workingDirectory.resolve(path).toAbsolutePath().normalize(), given.isPresent());
    directory.check();
    return directory;
  }

  /**
   * Of a run that goes on, or of a new one where nothing is yet.
   *
   * @throws JobException if something else than a run is there
   */
  static OutputDirectory ofResumed(Path given, Path workingDirectory) {
    Path path = workingDirectory.resolve(given).toAbsolutePath().normalize();
    OutputDirectory directory = new OutputDirectory(path, true);
    if (Files.isDirectory(path) && !directory.isUnbegun() && !RunDirectory.holdsRun(path)) {
      throw directory.refuse("--resume expects a run there but finds no job.conf");
    }
    directory.checkPlace();
    return directory;
  }

  private void check() {
    if (chosenByUser && Files.isDirectory(path) && !isEmpty()) {
      throw refuse(
          "it is not empty; give a new or an empty directory, or --resume to go on with"
              + " the run in it");
    }
    checkPlace();
  }

  private void checkPlace() {
    Path existing = path;
    while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw refuse(existing.equals(path) ? "a file is there" : existing + " is a file");
    }
    if (!Files.isWritable(existing)) {
      throw refuse(existing + " is not writable");
    }
  }

  private boolean isUnbegun() {
    try {
      return RunDirectory.isUnbegun(path);
    } catch (IOException e) {
      throw refuse(WriteFailure.reason(e));
    }
  }

  private boolean isEmpty() {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw refuse(WriteFailure.reason(e));
    }
  }

  /** Makes the directory; a chosen name that is taken by now gets a number. */
  Path create() {
    try {
      if (chosenByUser) {
        return Files.createDirectories(path);
      }
      Files.createDirectories(path.getParent());
      for (int number = 1; ; number++) {
        Path unique = number == 1 ? path : path.resolveSibling(path.getFileName() + "-" + number);
        try {
          return Files.createDirectory(unique);
        } catch (FileAlreadyExistsException e) {
          // The next number.
        }
      }
    } catch (IOException e) {
      throw refuse(WriteFailure.reason(e));
    }
  }

  private JobException refuse(String why) {
    return new JobException(
        (chosenByUser ? "--out " : "output directory ") + path + " cannot be used: " + why);
  }
}
