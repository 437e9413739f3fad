package dev.yamabiko.coordinator.http;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import scala.concurrent.duration.Duration;

/**
 * Tells the content of what lies below data roots, which takes reading all of it: on a thread of
 * its own, so that no job waits for that, and not beyond the deadline, when nobody is there for the
 * answer any more.
 */
final class RootContent implements AutoCloseable {

  static final Duration DEADLINE = Duration.create(10, TimeUnit.MINUTES);

  private static final int WAITING = 16;

  private final JobFiles files;
  private final TimeLimit limit;
  private final Turns turns =
      new Turns(
          "root-content",
          1,
          WAITING,
          "too many ask for what is below the data roots at the moment; try again");

  RootContent(JobFiles files, LongSupplier nanoTime) {
    this.files = files;
    limit = new TimeLimit(DEADLINE, "what is there could not be read in time; try again", nanoTime);
  }

  /** See {@link JobFiles#content}; late, it is a {@link ProblemException}. */
  CompletionStage<Optional<String>> of(String path) {
    Runnable between = limit.begin();
    return turns.take(() -> files.content(path, between));
  }

  @Override
  public void close() {
    turns.close();
  }
}
