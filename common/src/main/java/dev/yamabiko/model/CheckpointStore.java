package dev.yamabiko.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run's checkpoints, one file each, named by step: the newest ones and the best epoch's. A file
 * is whole before an older one is deleted, and the one that a diverging run would go back to stays:
 * what comes after it is deleted then.
 */
public final class CheckpointStore {

  private static final Pattern NAME = Pattern.compile("step-(\\d{10,18})\\.checkpoint");

  /** What the name of a file that could not be used ends with from then on. */
  private static final String DAMAGED = ".damaged";

  private final Path directory;
  private final int keep;
  private final AtomicFile.Gate gate;

  /**
   * @param directory made when the first checkpoint is written
   * @param keep how many of the newest stay
   */
  public CheckpointStore(Path directory, int keep) {
    this(directory, keep, AtomicFile.Gate.OPEN);
  }

  /**
   * @param gate of everything that is written, renamed and deleted here
   */
  public CheckpointStore(Path directory, int keep, AtomicFile.Gate gate) {
    this.directory = directory;
    this.keep = keep;
    this.gate = gate;
  }

  /** Where the checkpoint of this step is, if there is one. */
  public Path file(long step) {
    // Without a locale of its own, digits would be those of the user's language.
    return directory.resolve(String.format(Locale.ROOT, "step-%010d.checkpoint", step));
  }

  /** Whether any file of a checkpoint can be seen. */
  public boolean isPresent() {
    try {
      return !files().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** Adds a checkpoint and deletes those that are not needed any more. */
  public void write(CheckpointFile.Content content) throws IOException {
    Files.createDirectories(directory);
    AtomicFile.forceEntries(directory.toAbsolutePath().getParent());
    Checkpoint checkpoint = content.checkpoint();
    Path file = file(checkpoint.position().step());
    AtomicFile.write(file, temporary -> CheckpointFile.write(temporary, content), gate);
    gate.pass(() -> prune(checkpoint));
  }

  private void prune(Checkpoint newest) throws IOException {
    TreeMap<Long, Path> files = files();
    newest.best().ifPresent(best -> files.remove(best.step()));
    while (files.size() > keep) {
      Files.deleteIfExists(files.pollFirstEntry().getValue());
    }
  }

  /**
   * The run has gone back to this checkpoint: writes it anew, unless it is still there or is the
   * beginning, and deletes every later one, for good: what else is written may rely on that.
   */
  public void goBackTo(CheckpointFile.Content content) throws IOException {
    long step = content.checkpoint().position().step();
    if (step > 0 && !Files.exists(file(step))) {
      AtomicFile.write(file(step), temporary -> CheckpointFile.write(temporary, content), gate);
    }
    gate.pass(
        () -> {
          for (Path file : files().tailMap(step, false).values()) {
            Files.deleteIfExists(file);
          }
        });
    if (Files.isDirectory(directory)) {
      AtomicFile.forceEntries(directory);
    }
  }

  /**
   * The newest checkpoint that is whole. One that is not gets another name, so that it is neither
   * read nor counted again.
   *
   * @param problems what was wrong with each that was passed over
   * @throws IOException if one cannot be read, or is of another version: it may well be good
   */
  public Optional<CheckpointFile.Content> newest(List<String> problems) throws IOException {
    for (Path file : files().descendingMap().values()) {
      try {
        return Optional.of(CheckpointFile.read(file));
      } catch (CheckpointException e) {
        problems.add(e.getMessage());
      }
    }
    return Optional.empty();
  }

  /**
   * Makes room for a run that goes on from this step: puts aside what {@link #newest} passed over
   * and deletes what was being written when the run before ended.
   *
   * @throws FileAlreadyExistsException if a newer one is whole: another process has written it
   *     since
   */
  public void goOnFrom(long step) throws IOException {
    for (Path file : files().tailMap(step, false).values()) {
      if (isWhole(file)) {
        throw new FileAlreadyExistsException(file.toString());
      }
      gate.pass(
          () ->
              Files.move(
                  file,
                  file.resolveSibling(file.getFileName() + DAMAGED),
                  StandardCopyOption.REPLACE_EXISTING));
    }
    for (Path entry : entries()) {
      if (entry.getFileName().toString().endsWith(AtomicFile.TEMPORARY)) {
        gate.pass(() -> Files.deleteIfExists(entry));
      }
    }
  }

  private static boolean isWhole(Path file) throws IOException {
    try {
      CheckpointFile.read(file);
      return true;
    } catch (CheckpointException e) {
      return false;
    }
  }

  private List<Path> entries() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(directory)) {
      return list.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private TreeMap<Long, Path> files() throws IOException {
    TreeMap<Long, Path> files = new TreeMap<>();
    for (Path entry : entries()) {
      Matcher name = NAME.matcher(entry.getFileName().toString());
      if (name.matches()) {
        files.put(Long.parseLong(name.group(1)), entry);
      }
    }
    return files;
  }
}
