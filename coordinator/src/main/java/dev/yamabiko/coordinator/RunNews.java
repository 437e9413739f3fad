package dev.yamabiko.coordinator;

import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import java.util.Optional;

/** What the coordinator hears of a job's run, from {@link JobRun}. */
sealed interface RunNews {
  String id();

  record DataRead(String id, MetricsLine lines, long steps, Network network) implements RunNews {}

  /** Which is kept already, as far as that can be done. */
  record Noticed(String id, Notice notice) implements RunNews {}

  /**
   * What the run leaves cannot be written at present, or can again; it goes on.
   *
   * @param warning empty if all is well again
   */
  record DiskChanged(String id, Optional<String> warning, String text) implements RunNews {}

  /** Without the checkpoints, which are only for the disk. */
  record Advanced(String id, RunEvent event) implements RunNews {}

  /** It cannot begin at present, and has stopped; it may be started again later. */
  record Postponed(String id, String why) implements RunNews {}

  /**
   * @param result of {@code result.json}; empty if there was no run
   */
  record Ended(String id, JobStatus status, String reason, Optional<String> result)
      implements RunNews {}
}
