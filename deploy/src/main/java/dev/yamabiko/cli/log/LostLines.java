package dev.yamabiko.cli.log;

import ch.qos.logback.core.rolling.helper.CompressionStrategy;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import dev.yamabiko.coordinator.WriteFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Complains of a log's file that cannot be written, and of one that cannot be put aside, once each.
 * Logback tells nobody but its own listeners; it leaves lines out, and tries again from time to
 * time, which is as it should be: nothing else is to stop for that.
 */
final class LostLines implements StatusListener {

  private final Path file;
  private final Consumer<String> complaint;
  private final AtomicBoolean toldOfWriting = new AtomicBoolean();
  private final AtomicBoolean toldOfPuttingAside = new AtomicBoolean();

  LostLines(Path file, Consumer<String> complaint) {
    this.file = file;
    this.complaint = complaint;
  }

  @Override
  public void addStatusEvent(Status status) {
    if (status.getEffectiveLevel() < Status.ERROR
        || !(status.getThrowable() instanceof IOException e)) {
      return;
    }
    // By then the file itself is a new one; Logback deletes what it could not compress.
    if (status.getOrigin() instanceof CompressionStrategy) {
      tell(
          toldOfPuttingAside,
          "the log file %s cannot be put aside as a whole: %s; the rest of it is lost",
          e);
    } else {
      tell(
          toldOfWriting,
          "the log file %s cannot be written: %s; until it can, what is logged is lost",
          e);
    }
  }

  private void tell(AtomicBoolean told, String text, IOException e) {
    if (told.compareAndSet(false, true)) {
      complaint.accept(text.formatted(file, WriteFailure.reason(e)));
    }
  }
}
