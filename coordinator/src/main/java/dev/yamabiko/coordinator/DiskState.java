package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.shared.FencedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a run's directory takes what it is given, and what is said of that: once when it does
 * not, once when it takes a checkpoint again. Most of what goes wrong with a disk may be over at
 * the next try, so the run goes on; it ends when its directory has been removed, when a later term
 * has begun, or when more metrics wait than are kept in memory.
 */
final class DiskState {

  /** Of metrics in memory: some 400,000 steps, unless the heap is small. */
  private static final long MOST_WAITING =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 32);

  private final Path directory;
  private final DiskWatch watch;
  private Optional<String> failure = Optional.empty();
  private boolean warned;

  DiskState(Path directory, DiskWatch watch) {
    this.directory = directory;
    this.watch = watch;
  }

  /** Why the run has to end. */
  synchronized Optional<String> failure() {
    return failure;
  }

  /**
   * @param waiting bytes of metrics that are in memory only
   * @param last the newest checkpoint's manifest
   */
  synchronized void cannotWrite(IOException e, long waiting, Optional<Path> last) {
    if (failure.isPresent()) {
      return;
    }
    String why = explain(e);
    if (isHopeless(e)) {
      fail(why);
    } else if (waiting > MOST_WAITING) {
      fail("%s, and %d bytes of metrics wait for it; %s".formatted(why, waiting, whereIs(last)));
    } else if (!warned) {
      warned = true;
      watch.warned(
          "%s; the run goes on and tries again at the next checkpoint; %s"
              .formatted(why, whereIs(last)));
    }
  }

  private void fail(String why) {
    failure = Optional.of(why);
    watch.failed(why);
  }

  /**
   * @param step of the checkpoint
   */
  void hasWritten(Path checkpoint, long step) {
    // It may write itself, and nobody who asks for a failure is to wait for that.
    watch.kept(step);
    recovered(checkpoint);
  }

  private synchronized void recovered(Path checkpoint) {
    if (warned) {
      warned = false;
      watch.recovered(
          "%s can be written again; the last checkpoint is %s"
              .formatted(directory, checkpoint.getFileName()));
    }
  }

  /** A removed directory does not come back, nor does a term that is over. */
  static boolean isHopeless(IOException e) {
    return e instanceof FileNotFoundException
        || e instanceof NoSuchFileException
        || e instanceof FencedException;
  }

  /** "cannot write to runs/digits: No space left on device". */
  String explain(IOException e) {
    return "cannot write to " + directory + ": " + WriteFailure.reason(e);
  }

  static String whereIs(Optional<Path> last) {
    return last.map(path -> "the last checkpoint is " + path.getFileName())
        .orElse("there is no checkpoint yet");
  }
}
