package dev.yamabiko.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.coordinator.MetricsLine;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * What outlives the coordinator's process: the last checkpoint and the lines of metrics. Takes
 * nothing from a term that is over.
 */
final class Disk {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> metrics = new ArrayList<>();
  private Checkpoint checkpoint;
  private int term;

  Disk(Checkpoint start) {
    checkpoint = start;
  }

  /** Fences all terms before. */
  void beginTerm(int number) {
    term = number;
  }

  /** Whether it takes anything from this term. */
  boolean isOpenTo(int number) {
    return number == term;
  }

  void write(String line) {
    metrics.add(line);
  }

  void keep(Checkpoint taken) {
    checkpoint = taken;
  }

  /**
   * @param line what the metrics say of it
   */
  void goBack(Checkpoint from, Position to, String line) {
    checkpoint = from;
    cutBack(to);
    metrics.add(line);
  }

  /** Where a run goes on; lines of what came after are cut off. */
  Checkpoint resume() {
    cutBack(checkpoint.position());
    return checkpoint;
  }

  private void cutBack(Position position) {
    int kept = 0;
    while (kept < metrics.size() && belongsTo(position, metrics.get(kept))) {
      kept++;
    }
    metrics.subList(kept, metrics.size()).clear();
  }

  private static boolean belongsTo(Position position, String line) {
    try {
      return MetricsLine.belongsTo(position, JSON.readTree(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(line, e);
    }
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  List<String> metrics() {
    return List.copyOf(metrics);
  }
}
