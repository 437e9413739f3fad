package dev.yamabiko.simulation;

import dev.yamabiko.model.Checkpoint;
import java.util.ArrayList;
import java.util.List;

/** What outlives the coordinator's process: the last checkpoint and the lines of metrics. */
final class Disk {

  private final List<String> metrics = new ArrayList<>();
  private Checkpoint checkpoint;
  private int linesBefore;

  Disk(Checkpoint start) {
    checkpoint = start;
  }

  void write(String line) {
    metrics.add(line);
  }

  int lines() {
    return metrics.size();
  }

  /**
   * @param lines that were there when it was taken
   */
  void keep(Checkpoint taken, int lines) {
    checkpoint = taken;
    linesBefore = lines;
  }

  /** Where a run goes on; lines of what came after are cut off. */
  Checkpoint resume() {
    metrics.subList(linesBefore, metrics.size()).clear();
    return checkpoint;
  }

  List<String> metrics() {
    return List.copyOf(metrics);
  }
}
