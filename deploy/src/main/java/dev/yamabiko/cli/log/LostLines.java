package dev.yamabiko.cli.log;

import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import dev.yamabiko.coordinator.WriteFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Complains once of a log's file that cannot be written. Logback tells nobody but its own
 * listeners; it leaves lines out, and tries again from time to time, which is as it should be:
 * nothing else is to stop for that.
 */
final class LostLines implements StatusListener {

  private final Path file;
  private final Consumer<String> complaint;
  private final AtomicBoolean told = new AtomicBoolean();

  LostLines(Path file, Consumer<String> complaint) {
    this.file = file;
    this.complaint = complaint;
  }

  @Override
  public void addStatusEvent(Status status) {
    if (status.getEffectiveLevel() >= Status.ERROR
        && status.getThrowable() instanceof IOException e
        && told.compareAndSet(false, true)) {
      complaint.accept(
          "the log file %s cannot be written: %s; until it can, what is logged is lost"
              .formatted(file, WriteFailure.reason(e)));
    }
  }
}
