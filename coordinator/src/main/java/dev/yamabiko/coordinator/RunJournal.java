package dev.yamabiko.coordinator;

import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.CheckpointFile;
import dev.yamabiko.model.CheckpointStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What a run's directory takes in line by line, in order: metrics, and roll-backs, which cut them
 * back. While the disk is full, what it has not taken waits here. A roll-back that waits holds up
 * the lines after it, so what is on the disk stays what it was before: a run that is killed then
 * goes on from a checkpoint of that time, diverges again and goes back to the same one.
 */
final class RunJournal {

  private sealed interface Entry {}

  private record Line(String text) implements Entry {}

  private record Back(CheckpointFile.Content from, Position to, Optional<String> line)
      implements Entry {}

  private final MetricsFile metrics;
  private final CheckpointStore checkpoints;

  /** Begins with a roll-back, if there is anything. */
  private final Deque<Entry> waiting = new ArrayDeque<>();

  private long waitingChars;

  RunJournal(MetricsFile metrics, CheckpointStore checkpoints) {
    this.metrics = metrics;
    this.checkpoints = checkpoints;
  }

  void add(String line) throws IOException {
    if (waiting.isEmpty()) {
      metrics.write(line);
      if (metrics.hasEnough()) {
        metrics.flush();
      }
    } else {
      waiting.add(new Line(line));
      waitingChars += line.length();
    }
  }

  /**
   * @param from the checkpoint that the run has gone back to
   * @param line what the metrics say of it; empty where it does not show
   */
  void goBack(CheckpointFile.Content from, Position to, Optional<String> line) throws IOException {
    waiting.add(new Back(from, to, line));
    catchUp();
  }

  /** Everything is in its file when this returns. */
  void flush() throws IOException {
    catchUp();
    metrics.flush();
  }

  /** Everything is on the disk when this returns. */
  void force() throws IOException {
    catchUp();
    metrics.force();
  }

  /** How much is in memory only, about. */
  long waiting() {
    return metrics.waiting() + waitingChars;
  }

  /** What has failed is done again from its beginning, which changes nothing that was done. */
  private void catchUp() throws IOException {
    while (!waiting.isEmpty()) {
      if (waiting.peek() instanceof Back back) {
        // In this order: a checkpoint never stands without the metrics that lead up to it.
        checkpoints.goBackTo(back.from());
        metrics.cutBack(back.to());
        if (back.line().isPresent()) {
          metrics.write(back.line().get());
        }
      } else if (waiting.peek() instanceof Line line) {
        metrics.write(line.text());
        waitingChars -= line.text().length();
      }
      waiting.remove();
    }
  }

  /** Once nothing more is to be written. */
  void close() throws IOException {
    metrics.close();
  }
}
