package dev.yamabiko.coordinator;

import dev.yamabiko.model.CheckpointFile;
import dev.yamabiko.model.CheckpointStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a run's checkpoints beside the training, one at a time. One that could not be written is
 * replaced by the next that is taken; the last of a run is written again at its end.
 */
final class CheckpointWriter {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

  private final Path directory;
  private final CheckpointStore store;
  private final DiskState disk;
  private final Executor executor;
  private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

  /**
   * The newest that was taken, until it is on the disk; of the writer's thread until it settles.
   */
  private Optional<CheckpointFile.Content> missing = Optional.empty();

  /**
   * @param directory of the run
   */
  CheckpointWriter(Path directory, CheckpointStore store, DiskState disk, Executor executor) {
    this.directory = directory;
    this.store = store;
    this.disk = disk;
    this.executor = executor;
  }

  static void inThreadOfItsOwn(Runnable task) {
    Thread thread = new Thread(task, "checkpoint-writer");
    thread.setDaemon(true);
    thread.start();
  }

  /** Completes when nothing is being written. */
  CompletableFuture<Void> settled() {
    return writing;
  }

  /**
   * One was taken; the one before is settled. It is missing until {@link #begin} has written it.
   */
  void taken(CheckpointFile.Content content) {
    missing = Optional.of(content);
  }

  /** The run has gone back to this step: what came after it is of no use any more. */
  void goBackTo(long step) {
    missing = missing.filter(content -> stepOf(content) <= step);
  }

  /** Whatever goes wrong is only said: the run is no worse off than before. */
  void begin() {
    CompletableFuture<Void> written = new CompletableFuture<>();
    writing = written;
    try {
      executor.execute(() -> write(written));
    } catch (RuntimeException | Error e) { // there is no memory for a thread, for instance
      failed(e);
      written.complete(null);
    }
  }

  private void write(CompletableFuture<Void> written) {
    try {
      writeMissing();
    } catch (IOException e) {
      // Metrics do not wait: they were on the disk before.
      disk.cannotWrite(e, 0, store.last());
    } catch (RuntimeException | Error e) {
      failed(e);
    } finally {
      written.complete(null);
    }
  }

  private void failed(Throwable e) {
    LOG.error("a checkpoint cannot be written directory={}", directory, e);
    disk.cannotWrite(new IOException(e.toString(), e), 0, store.last());
  }

  /** The metrics that lead up to it are on the disk. */
  void writeMissing() throws IOException {
    if (missing.isPresent()) {
      store.write(missing.get());
      long step = stepOf(missing.get());
      disk.hasWritten(store.file(step), step);
      missing = Optional.empty();
    }
  }

  /** The step of the newest that was taken, if it is not on the disk. */
  Optional<Long> missing() {
    return missing.map(CheckpointWriter::stepOf);
  }

  private static long stepOf(CheckpointFile.Content content) {
    return content.checkpoint().position().step();
  }
}
