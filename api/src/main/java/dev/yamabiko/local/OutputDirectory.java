package dev.yamabiko.local;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.Resumption;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a run's files go: the directory given, which must be new or empty, or {@code
 * runs/NAME-TIME}. It is checked before anything is computed and made only when the job is known to
 * be good.
 *
 * @param origin who has chosen it
 */
public record OutputDirectory(Path path, Origin origin) {

  /** Who chose a directory; messages speak to them. */
  public enum Origin {
    OPTION("--out", "--resume", "YAMABIKO_JAVA_OPTS=-Xmx"),
    DEFAULT("output directory", "--resume", "YAMABIKO_JAVA_OPTS=-Xmx"),
    PROGRAM("run directory", "resume(true)", "-Xmx");

    private final String directory;
    private final String resume;
    private final String memory;

    Origin(String directory, String resume, String memory) {
      this.directory = directory;
      this.resume = resume;
      this.memory = memory;
    }
  }

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  /** As a command takes it. */
  public static OutputDirectory of(
      Optional<Path> given, String jobName, LocalDateTime now, Path workingDirectory) {
    String name = jobName.replaceAll("[^\\p{Alnum}._-]", "-") + "-" + TIME.format(now);
    Path path = given.orElse(Path.of("runs", name));
    OutputDirectory directory =
        new OutputDirectory(
            workingDirectory.resolve(path).toAbsolutePath().normalize(),
            given.isPresent() ? Origin.OPTION : Origin.DEFAULT);
    directory.check();
    return directory;
  }

  /**
   * As a command takes it that is told to go on: of a run that goes on, or of a new one where
   * nothing is yet.
   *
   * @throws JobException if something else than a run is there
   */
  public static OutputDirectory ofResumed(Path given, Path workingDirectory) {
    Path path = workingDirectory.resolve(given).toAbsolutePath().normalize();
    return new OutputDirectory(path, Origin.OPTION).checkResumed();
  }

  /**
   * As a command takes it that is told to go on with several runs, each in a directory of its own
   * there, or to begin them where nothing is yet.
   *
   * @param runs the names of their directories
   * @throws JobException if something else is there, and none of them
   */
  public static OutputDirectory ofResumed(Path given, Path workingDirectory, List<String> runs) {
    Path path = workingDirectory.resolve(given).toAbsolutePath().normalize();
    OutputDirectory directory = new OutputDirectory(path, Origin.OPTION);
    boolean holdsSome = runs.stream().anyMatch(run -> Files.exists(path.resolve(run)));
    if (Files.isDirectory(path) && !holdsSome && !directory.isEmpty()) {
      throw directory.refuse(
          "%s expects trials of the sweep there, as %s, but finds none"
              .formatted(directory.origin.resume, runs.get(0)));
    }
    return directory;
  }

  /**
   * As a program names it.
   *
   * @param resume go on with the run there, or begin one where nothing is yet
   * @throws JobException if it cannot be used
   */
  public static OutputDirectory ofProgram(Path given, boolean resume) {
    Path path = given.toAbsolutePath().normalize();
    OutputDirectory directory = new OutputDirectory(path, Origin.PROGRAM);
    if (resume) {
      return directory.checkResumed();
    }
    directory.check();
    return directory;
  }

  private OutputDirectory checkResumed() {
    if (Files.isDirectory(path) && !isUnbegun() && !holdsRun()) {
      throw refuse(origin.resume + " expects a run there but finds no job.conf");
    }
    checkPlace();
    return this;
  }

  private void check() {
    if (isChosen() && Files.isDirectory(path) && !isEmpty()) {
      throw refuse(
          "it is not empty; give a new or an empty directory, or %s to go on with the run in it"
              .formatted(origin.resume));
    }
    checkPlace();
  }

  private boolean isChosen() {
    return origin != Origin.DEFAULT;
  }

  /** Whether a run has begun here. */
  boolean holdsRun() {
    try {
      return RunDirectory.holdsRun(path);
    } catch (IOException e) {
      throw refuse(e);
    }
  }

  /** Where the run here goes on. */
  Resumption resumption(CheckedJob checked) {
    return Resumption.byOption(path, checked, origin.resume);
  }

  /**
   * Looks whether the run here, if one has begun, can go on with that job.
   *
   * @throws JobException if it cannot
   */
  public void requireResumable(CheckedJob checked) {
    if (holdsRun()) {
      requireUnused();
      resumption(checked).find(damage -> {}, notice -> {});
    }
  }

  /** Said before anything that a run under way may change by the minute. */
  void requireUnused() {
    try {
      if (RunDirectory.isInUse(path)) {
        throw inUse();
      }
    } catch (IOException e) {
      throw refuse(e);
    }
  }

  JobException inUse() {
    return new JobException(origin.directory + " " + path + " is in use by another run");
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
      throw refuse(e);
    }
  }

  private boolean isEmpty() {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw refuse(e);
    }
  }

  /** Makes the directory; a chosen name that is taken by now gets a number. */
  public Path create() {
    try {
      if (isChosen()) {
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
      throw refuse(e);
    }
  }

  /** What to do about too little memory. */
  String moreMemory() {
    return HeapNeed.outOfMemory(origin.memory);
  }

  JobException refuse(IOException e) {
    return new JobException(cannotBeUsed(WriteFailure.reason(e)), e);
  }

  private JobException refuse(String why) {
    return new JobException(cannotBeUsed(why));
  }

  private String cannotBeUsed(String why) {
    return origin.directory + " " + path + " cannot be used: " + why;
  }
}
