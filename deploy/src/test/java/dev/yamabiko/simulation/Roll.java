package dev.yamabiko.simulation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is registered with a coordinator, in order, and who of them takes part in its run. */
final class Roll {

  private final Map<String, WorkerProcess> registered = new LinkedHashMap<>();

  /** Names of those that take part or are invited; and of those that failed. */
  private final Set<String> inRun = new HashSet<>();

  private final Set<String> failed = new HashSet<>();

  void add(WorkerProcess process) {
    if (registered.put(process.name(), process) != null) {
      inRun.remove(process.name());
    }
  }

  void remove(WorkerProcess process) {
    if (registered.remove(process.name(), process)) {
      inRun.remove(process.name());
    }
  }

  /** Those that may take part and do not; they do now. */
  List<WorkerProcess> takeIdle() {
    List<WorkerProcess> idle = registered.values().stream().filter(this::isIdle).toList();
    idle.forEach(process -> inRun.add(process.name()));
    return idle;
  }

  int idle() {
    return (int) registered.values().stream().filter(this::isIdle).count();
  }

  private boolean isIdle(WorkerProcess process) {
    return !inRun.contains(process.name()) && !failed.contains(process.name());
  }

  /**
   * @param hasFailed so that it is not to be asked again in this run
   */
  void left(String worker, boolean hasFailed) {
    inRun.remove(worker);
    if (hasFailed) {
      failed.add(worker);
    }
  }

  /** The run is over. */
  void release() {
    inRun.clear();
    failed.clear();
  }

  boolean isInRun(WorkerProcess process) {
    return inRun.contains(process.name()) && registered.get(process.name()) == process;
  }
}
