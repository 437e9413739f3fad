package dev.yamabiko.coordinator;

import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.CheckpointStore;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes what a run leaves at its end: the model, the last checkpoint if that could not be written
 * before, and the result, in this order. Where the disk is full, somebody may be about to make
 * room, so it is tried for a while.
 */
final class FinalFiles {

  private final Path directory;
  private final Map<String, String> metadata;
  private final AtomicFile.Gate gate;
  private final RunJournal journal;
  private final CheckpointWriter writer;
  private final CheckpointStore checkpoints;
  private final DiskState disk;

  /**
   * @param metadata of the model file
   */
  FinalFiles(
      Path directory,
      Map<String, String> metadata,
      AtomicFile.Gate gate,
      RunJournal journal,
      CheckpointWriter writer,
      CheckpointStore checkpoints,
      DiskState disk) {
    this.directory = directory;
    this.metadata = metadata;
    this.gate = gate;
    this.journal = journal;
    this.writer = writer;
    this.checkpoints = checkpoints;
    this.disk = disk;
  }

  /** See {@link RunDirectory#keep(Network, RunOutcome, RunResult)}. */
  RunResult keep(Network network, RunOutcome outcome, RunResult result, Duration patience) {
    writer.settled().join();
    Optional<String> before = disk.failure();
    long end = System.nanoTime() + (before.isEmpty() ? patience.toNanos() : 0);
    try {
      untilWritten(end, () -> writeModel(network, outcome));
      RunResult last =
          before
              .map(result::failed)
              .orElseGet(() -> writeLastCheckpoint(end).map(result::warned).orElse(result));
      untilWritten(end, () -> writeResult(last));
      return last;
    } catch (IOException e) {
      RunResult failed =
          result.failed(
              before.orElseGet(
                  () -> disk.explain(e) + "; " + DiskState.whereIs(checkpoints.last())));
      try {
        writeResult(failed);
      } catch (IOException again) {
        // The result itself says that the directory cannot be written.
      }
      return failed;
    }
  }

  private void writeModel(Network network, RunOutcome outcome) throws IOException {
    if (outcome.weights().isPresent()) {
      float[] weights = outcome.weights().get();
      AtomicFile.write(
          RunDirectory.modelOf(directory),
          file -> Safetensors.write(file, network, weights, metadata),
          gate);
    }
    if (disk.failure().isEmpty()) {
      journal.flush();
    }
  }

  /** Returns what is missing, and why. */
  private Optional<String> writeLastCheckpoint(long end) {
    if (writer.missing().isEmpty()) {
      return Optional.empty();
    }
    try {
      untilWritten(
          end,
          () -> {
            journal.force();
            writer.writeMissing();
          });
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "the checkpoint of step %d is missing: %s; %s"
              .formatted(
                  writer.missing().orElseThrow(),
                  disk.explain(e),
                  DiskState.whereIs(checkpoints.last())));
    }
  }

  private void writeResult(RunResult result) throws IOException {
    AtomicFile.write(
        RunDirectory.resultFile(directory),
        file -> Files.writeString(file, result.toJson() + "\n"),
        gate);
  }

  /**
   * @param end by {@link System#nanoTime}; it is tried once at least
   */
  private static void untilWritten(long end, AtomicFile.Change change) throws IOException {
    for (long wait = 100_000_000L; ; wait *= 2) {
      try {
        change.make();
        return;
      } catch (IOException e) {
        long left = end - System.nanoTime();
        if (left <= 0 || DiskState.isHopeless(e)) {
          throw e;
        }
        LockSupport.parkNanos(Math.min(wait, left));
      }
    }
  }
}
