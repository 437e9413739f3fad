package dev.yamabiko.model;

import dev.yamabiko.model.CheckpointSlices.Slice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A run's checkpoints, each a manifest named by step and the files of its slices: the newest ones
 * and the best epoch's. One is whole before an older one is deleted, and the one that a diverging
 * run would go back to stays: what comes after it is deleted then. Without success everything is as
 * it was.
 *
 * <p>Slices are written first, under names that no file has yet, so that a checkpoint of the same
 * step stays whole meanwhile. The manifest's appearance is what makes a checkpoint of them, and its
 * deletion comes before theirs.
 */
public final class CheckpointStore {

  private static final Pattern MANIFEST = Pattern.compile("step-(\\d{10,18})\\.checkpoint");

  private static final Pattern SLICE =
      Pattern.compile("step-(\\d{10,18})(?:\\.\\d+)?-(\\d{1,9})\\.slice-\\d+-of-\\d+");

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
   * @param gate of every manifest that takes its place, and of what is renamed and deleted here
   */
  public CheckpointStore(Path directory, int keep, AtomicFile.Gate gate) {
    this.directory = directory;
    this.keep = keep;
    this.gate = gate;
  }

  /** Where the checkpoint of this step is, if there is one. */
  public Path file(long step) {
    return directory.resolve(stem(step) + ".checkpoint");
  }

  private static String stem(long step) {
    // Without a locale of its own, digits would be those of the user's language.
    return String.format(Locale.ROOT, "step-%010d", step);
  }

  /** Whether any checkpoint can be seen. */
  public boolean isPresent() {
    return last().isPresent();
  }

  /** The newest one's manifest, whole or not. */
  public Optional<Path> last() {
    try {
      return Optional.ofNullable(manifests().lastEntry()).map(Map.Entry::getValue);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Of the newest checkpoint whose manifest can be read: where a run will go on, unless its slices
   * turn out to be damaged.
   */
  public Optional<Checkpoint.Position> position() {
    try {
      return manifests().descendingMap().values().stream()
          .flatMap(manifest -> CheckpointFile.position(manifest).stream())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Adds a checkpoint and deletes those that are not needed any more. */
  public void write(CheckpointFile.Content content) throws IOException {
    Set<String> slices = add(content);
    delete(unneeded(content.checkpoint(), slices));
  }

  /** Returns the names of its slices. */
  private Set<String> add(CheckpointFile.Content content) throws IOException {
    Files.createDirectories(directory);
    AtomicFile.forceEntries(directory.toAbsolutePath().getParent());
    Checkpoint checkpoint = content.checkpoint();
    long step = checkpoint.position().step();
    String prefix = stem(step) + gate.mark() + "-" + nextAttempt(step);
    List<String> names = CheckpointSlices.names(checkpoint, prefix);
    try {
      List<Slice> slices = CheckpointSlices.write(directory, names, checkpoint);
      AtomicFile.forceEntries(directory);
      AtomicFile.write(
          file(step), manifest -> CheckpointFile.write(manifest, content, slices), gate);
      return Set.copyOf(names);
    } catch (IOException | RuntimeException | Error e) {
      giveUp(step, names, e);
      throw e;
    }
  }

  /** What was written makes room, unless the manifest is in its place in spite of the failure. */
  private void giveUp(long step, List<String> names, Throwable failure) {
    if (CheckpointFile.sliceNames(file(step)).filter(Set.copyOf(names)::equals).isPresent()) {
      return;
    }
    for (String name : names) {
      try {
        Files.deleteIfExists(directory.resolve(name));
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** No file of this step has its number. */
  private long nextAttempt(long step) throws IOException {
    long last = 0;
    for (Path entry : entries()) {
      Matcher name = SLICE.matcher(entry.getFileName().toString());
      if (name.matches() && Long.parseLong(name.group(1)) == step) {
        last = Math.max(last, Long.parseLong(name.group(2)));
      }
    }
    return last + 1;
  }

  /** Manifests before their slices. */
  private List<Path> unneeded(Checkpoint newest, Set<String> slices) throws IOException {
    List<Path> unneeded = new ArrayList<>();
    TreeMap<Long, Path> manifests = manifests();
    TreeMap<Long, Path> old = new TreeMap<>(manifests);
    newest.best().ifPresent(best -> old.remove(best.step()));
    while (old.size() > keep) {
      Map.Entry<Long, Path> oldest = old.pollFirstEntry();
      unneeded.add(oldest.getValue());
      manifests.remove(oldest.getKey());
    }
    long step = newest.position().step();
    unneeded.addAll(
        slices((of, name) -> of == step ? !slices.contains(name) : !manifests.containsKey(of)));
    return unneeded;
  }

  /** Files of slices, by the step and their name. */
  private List<Path> slices(BiPredicate<Long, String> which) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path entry : entries()) {
      String name = entry.getFileName().toString();
      Matcher slice = SLICE.matcher(name);
      if (slice.matches() && which.test(Long.parseLong(slice.group(1)), name)) {
        found.add(entry);
      }
    }
    return found;
  }

  /** In this order. They have been looked for before, since the gate is for a moment only. */
  private void delete(List<Path> files) throws IOException {
    if (!files.isEmpty()) {
      gate.pass(
          () -> {
            for (Path file : files) {
              Files.deleteIfExists(file);
            }
          });
    }
  }

  /**
   * The run has gone back to this checkpoint: writes it anew, unless it is still there or is the
   * beginning, and deletes every later one, for good: what else is written may rely on that. If it
   * cannot be written, the later ones stay: a run that goes on from them diverges again, and goes
   * back here.
   */
  public void goBackTo(CheckpointFile.Content content) throws IOException {
    long step = content.checkpoint().position().step();
    if (step > 0 && !Files.exists(file(step))) {
      add(content);
    }
    List<Path> later = new ArrayList<>(manifests().tailMap(step, false).values());
    later.addAll(slices((of, name) -> of > step));
    delete(later);
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
    for (Path file : manifests().descendingMap().values()) {
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
    for (Map.Entry<Long, Path> later : manifests().tailMap(step, false).entrySet()) {
      if (isWhole(later.getValue())) {
        throw new FileAlreadyExistsException(later.getValue().toString());
      }
      putAside(later.getKey(), later.getValue());
    }
    delete(leftOvers());
  }

  /** First the manifest: what has none is none, and may be deleted. */
  private void putAside(long step, Path manifest) throws IOException {
    List<Path> slices = slices((of, name) -> of == step);
    gate.pass(
        () -> {
          rename(manifest);
          for (Path slice : slices) {
            rename(slice);
          }
        });
  }

  private static void rename(Path damaged) throws IOException {
    Files.move(
        damaged,
        damaged.resolveSibling(damaged.getFileName() + DAMAGED),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private List<Path> leftOvers() throws IOException {
    List<Path> leftOvers = new ArrayList<>();
    for (Path entry : entries()) {
      if (entry.getFileName().toString().endsWith(AtomicFile.TEMPORARY)) {
        leftOvers.add(entry);
      }
    }
    TreeMap<Long, Path> manifests = manifests();
    Map<Long, Optional<Set<String>>> named = new HashMap<>();
    manifests.forEach((step, path) -> named.put(step, CheckpointFile.sliceNames(path)));
    leftOvers.addAll(
        slices(
            (of, name) ->
                !named.containsKey(of)
                    || named.get(of).filter(names -> !names.contains(name)).isPresent()));
    return leftOvers;
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
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(directory)) {
      return list.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private TreeMap<Long, Path> manifests() throws IOException {
    TreeMap<Long, Path> manifests = new TreeMap<>();
    for (Path entry : entries()) {
      Matcher name = MANIFEST.matcher(entry.getFileName().toString());
      if (name.matches()) {
        manifests.put(Long.parseLong(name.group(1)), entry);
      }
    }
    return manifests;
  }
}
