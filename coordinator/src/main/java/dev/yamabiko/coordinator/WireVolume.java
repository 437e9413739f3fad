package dev.yamabiko.coordinator;

import dev.yamabiko.wire.BulkTraffic;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * What a run sends over its workers' bulk connections, weights and contributions, counted between
 * two calls of {@link #sinceLast}. Dataset blocks are counted apart: a worker that has them on its
 * disk needs none. Belongs to one thread, but for {@link #link}, {@link #total} and the {@link
 * Link}s.
 */
final class WireVolume {

  /**
   * @param up bytes from workers: contributions
   * @param down bytes to workers: weights
   * @param dataset bytes to workers: dataset blocks
   * @param steps to which a contribution came
   */
  record Volume(long up, long down, long dataset, long steps) {

    static final Volume NONE = new Volume(0, 0, 0, 0);

    Volume plus(Volume other) {
      return new Volume(
          up + other.up, down + other.down, dataset + other.dataset, steps + other.steps);
    }

    Volume minus(Volume other) {
      return new Volume(
          up - other.up, down - other.down, dataset - other.dataset, steps - other.steps);
    }

    private boolean isBelow(Volume other) {
      return up < other.up || down < other.down || steps < other.steps;
    }
  }

  /**
   * One worker's connection, for as long as the worker takes part; thread-safe. A worker that comes
   * back has another one.
   */
  static final class Link {

    private final String worker;
    private volatile Supplier<BulkTraffic> traffic;
    private long newestStep = -1;
    private long steps;

    /** What another node has last said, and what it had said of the connections before. */
    private Volume there = Volume.NONE;

    private Volume before = Volume.NONE;

    private Link(String worker) {
      this.worker = worker;
    }

    void opened(Supplier<BulkTraffic> now) {
      traffic = now;
    }

    /** What it has counted stays; what counted it, and all that this holds, does not. */
    void closed() {
      BulkTraffic last = traffic.get();
      traffic = () -> last;
    }

    /** Contributions come in the order of their steps, but for what a roll-back takes anew. */
    synchronized void contributed(long step) {
      if (step != newestStep) {
        newestStep = step;
        steps++;
      }
    }

    /**
     * What another node has counted of its own connection to the worker. It counts from 0 again
     * where the worker has been started anew, or taken back; here all is added up.
     */
    synchronized void counted(long received, long sent, long stepsThere) {
      Volume now = new Volume(received, sent, 0, stepsThere);
      if (now.isBelow(there)) {
        before = before.plus(there);
      }
      there = now;
      Volume all = before.plus(now);
      opened(() -> new BulkTraffic(all.down(), 0, all.up(), 0, 0));
      steps = all.steps();
    }

    private synchronized boolean hasContributed() {
      return steps > 0;
    }

    private synchronized Volume volume() {
      Supplier<BulkTraffic> now = traffic;
      if (now == null) {
        return Volume.NONE;
      }
      BulkTraffic read = now.get();
      return new Volume(
          read.bytesReceived(), read.bytesSent() - read.datasetBytes(), read.datasetBytes(), steps);
    }
  }

  private final List<Link> links = new CopyOnWriteArrayList<>();
  private Map<String, Volume> counted = new TreeMap<>();

  Link link(String worker) {
    Link link = new Link(worker);
    links.add(link);
    return link;
  }

  /** The names of all workers that a contribution has come from. */
  List<String> contributors() {
    return links.stream()
        .filter(Link::hasContributed)
        .map(link -> link.worker)
        .distinct()
        .sorted()
        .toList();
  }

  /** Of all workers since the beginning. */
  Volume total() {
    return links.stream().map(Link::volume).reduce(Volume.NONE, Volume::plus);
  }

  /** By worker, in the order of names; who has neither sent nor been sent anything is absent. */
  Map<String, Volume> sinceLast() {
    Map<String, Volume> all = new TreeMap<>();
    links.forEach(link -> all.merge(link.worker, link.volume(), Volume::plus));
    Map<String, Volume> fresh = new TreeMap<>();
    all.forEach(
        (worker, volume) -> {
          Volume since = volume.minus(counted.getOrDefault(worker, Volume.NONE));
          if (!since.equals(Volume.NONE)) {
            fresh.put(worker, since);
          }
        });
    counted = all;
    return fresh;
  }
}
