package dev.yamabiko.api;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How a job is trained in this JVM; nothing of it changes a bit of the result. Immutable: each
 * method returns other options.
 */
public final class TrainingOptions {

  static final int MOST_WORKERS = 1024;

  private static final TrainingOptions DEFAULT =
      new TrainingOptions(
          Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors()),
          Optional.empty(),
          false,
          epoch -> {});

  private final int workers;
  private final Optional<Path> directory;
  private final boolean resume;
  private final ProgressListener listener;

  private TrainingOptions(
      int workers, Optional<Path> directory, boolean resume, ProgressListener listener) {
    this.workers = workers;
    this.directory = directory;
    this.resume = resume;
    this.listener = listener;
  }

  /** A worker for each core, nothing kept on disk, nobody told. */
  public static TrainingOptions defaults() {
    return DEFAULT;
  }

  /**
   * Each worker is a thread that computes.
   *
   * @throws IllegalArgumentException unless from 1 to 1,024
   */
  public TrainingOptions workers(int number) {
    if (number < 1 || number > MOST_WORKERS) {
      throw new IllegalArgumentException(
          "expected from 1 to %d workers but got %d".formatted(MOST_WORKERS, number));
    }
    return new TrainingOptions(number, directory, resume, listener);
  }

  /**
   * Keeps metrics, checkpoints, model and result there, as {@code yamabiko train --out} does: a new
   * or empty directory, or that of a run to {@link #resume}. Without one nothing is written.
   */
  public TrainingOptions directory(Path runDirectory) {
    return new TrainingOptions(workers, Optional.of(runDirectory), resume, listener);
  }

  /**
   * Whether to go on with the run in the directory, from its last checkpoint, to the same bits; it
   * begins where none has begun.
   */
  public TrainingOptions resume(boolean goOn) {
    return new TrainingOptions(workers, directory, goOn, listener);
  }

  /** Who hears how the run goes; takes the place of the one before. */
  public TrainingOptions listener(ProgressListener who) {
    return new TrainingOptions(workers, directory, resume, Objects.requireNonNull(who));
  }

  int workers() {
    return workers;
  }

  Optional<Path> directory() {
    return directory;
  }

  boolean resume() {
    return resume;
  }

  ProgressListener listener() {
    return listener;
  }
}
