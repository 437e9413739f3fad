package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import java.util.Map;
import java.util.TreeMap;

/** The workers' {@link WorkerPace} by name, between two calls of {@link #sinceLast}. */
final class WorkerPaces {

  private final Map<String, WorkerPace> paces = new TreeMap<>();

  void observe(RunEvent event) {
    if (event instanceof RunEvent.WorkerMeasured measured) {
      paces.put(measured.worker(), of(measured.worker()).plus(measured));
    } else if (event instanceof RunEvent.ShardsReissued late) {
      late.workers().forEach(worker -> paces.put(worker, of(worker).plusReissue()));
    }
  }

  private WorkerPace of(String worker) {
    return paces.getOrDefault(worker, WorkerPace.NONE);
  }

  /** A worker of which nothing was heard is absent. */
  Map<String, WorkerPace> sinceLast() {
    Map<String, WorkerPace> now = new TreeMap<>(paces);
    paces.clear();
    return now;
  }
}
