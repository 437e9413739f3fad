package dev.yamabiko.soak;

import dev.yamabiko.cli.NodePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A coordinator, three workers and a node that owns slices, as processes of the product over
 * loopback, and the faults that meet them. Whoever is killed starts again at once: workers under
 * another name, with the cache of their place. The first worker is never ended, so that one gets as
 * old as the soak.
 */
final class SoakCluster implements AutoCloseable {

  static final int WORKERS = 3;

  private static final int READY_SECONDS = 400;
  private static final int END_SECONDS = 120;
  private static final int CLIENTS = 5;

  private final Path launcher;
  private final Path directory;
  private final NodePorts ports;
  private final SoakApi api;
  private final List<SoakNode> all = new ArrayList<>();
  private final Map<Integer, SoakNode> workers = new LinkedHashMap<>();

  /** When each of them goes on, by {@link System#nanoTime}. */
  private final Map<SoakNode, Long> paused = new HashMap<>();

  private SoakNode coordinator;
  private SoakNode parameters;
  private int started;

  /**
   * @param directory of all files
   */
  SoakCluster(Path launcher, Path directory) throws IOException {
    this.launcher = launcher;
    this.directory = directory;
    ports = NodePorts.free();
    api = new SoakApi(ports.http());
  }

  /** Starts all of it; what has been started when that fails is still to be closed. */
  void start() throws Exception {
    startCoordinator();
    parameters = startMember("parameters", "p-" + ++started);
    for (int place = 1; place <= WORKERS; place++) {
      startWorker(place);
    }
  }

  SoakApi api() {
    return api;
  }

  SoakNode coordinator() {
    return coordinator;
  }

  SoakNode oldestWorker() {
    return workers.get(1);
  }

  Path data() {
    return directory.resolve("data");
  }

  Path caches() {
    return directory.resolve("caches");
  }

  private void startCoordinator() throws Exception {
    String control = "" + ports.control();
    String http = "" + ports.http();
    coordinator =
        start(
            "coordinator",
            List.of("coordinator", "--port", control, "--http-port", http, "--data", "" + data()));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    while (!api.isReady()) {
      if (System.nanoTime() > deadline || !coordinator.isAlive()) {
        throw new AssertionError("no coordinator: " + coordinator.evidence());
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void startWorker(int place) throws IOException {
    String name = "w%d-%d".formatted(place, ++started);
    String cache = caches().resolve("w" + place).toString();
    workers.put(place, startMember("worker", name, "--cache", cache));
  }

  private SoakNode startMember(String kind, String name, String... more) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(kind, "--coordinator", "127.0.0.1:" + ports.control()));
    arguments.addAll(List.of("--name", name, "--threads", "1"));
    arguments.addAll(List.of(more));
    return start(name, arguments);
  }

  private SoakNode start(String name, List<String> arguments) throws IOException {
    SoakNode node =
        SoakNode.start(launcher, name, directory.resolve(name + ".log"), List.copyOf(arguments));
    all.add(node);
    return node;
  }

  /**
   * Lets it happen.
   *
   * @param job that runs, or nothing
   * @return what it has met
   */
  String happen(SoakFault fault, String job) throws Exception {
    int place = 2 + fault.victim() % (WORKERS - 1);
    SoakNode worker = workers.get(place);
    switch (fault.kind()) {
      case KILL_WORKER -> {
        paused.remove(worker);
        worker.kill();
        startWorker(place);
        return worker.name();
      }
      case TERMINATE_WORKER -> {
        goOn(worker);
        requireEnd(worker);
        startWorker(place);
        return worker.name();
      }
      case PAUSE_WORKER -> {
        SoakNode any = workers.get(1 + fault.victim() % WORKERS);
        any.signal("STOP");
        paused.put(any, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(fault.lastsMillis()));
        return "%s for %d ms".formatted(any.name(), fault.lastsMillis());
      }
      case KILL_COORDINATOR -> {
        coordinator.kill();
        startCoordinator();
        return coordinator.name();
      }
      case KILL_PARAMETERS -> {
        SoakNode killed = parameters;
        killed.kill();
        parameters = startMember("parameters", "p-" + ++started);
        return killed.name();
      }
      case LOSE_CLIENTS -> {
        for (int client = 0; client < CLIENTS; client++) {
          api.followAndLeave(job);
        }
        return "%d of %s".formatted(CLIENTS, job);
      }
    }
    throw new AssertionError(fault);
  }

  private void requireEnd(SoakNode node) throws Exception {
    boolean begun = node.hasBegun();
    int code = node.terminate(END_SECONDS);
    if (code != 0 && begun) {
      throw new AssertionError(
          "%s ended with %d after SIGTERM: %s".formatted(node.name(), code, node.evidence()));
    }
  }

  /** Those whose pause is over go on. */
  void endPauses(boolean all) throws Exception {
    Iterator<Map.Entry<SoakNode, Long>> entries = paused.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<SoakNode, Long> entry = entries.next();
      if (all || System.nanoTime() - entry.getValue() > 0) {
        entries.remove();
        entry.getKey().signal("CONT");
      }
    }
  }

  private void goOn(SoakNode node) throws Exception {
    if (paused.remove(node) != null) {
      node.signal("CONT");
    }
  }

  boolean isPaused(SoakNode node) {
    return paused.containsKey(node);
  }

  /** Nobody may end but by a fault. */
  void requireAlive() {
    List<SoakNode> wanted = new ArrayList<>(workers.values());
    wanted.addAll(List.of(coordinator, parameters));
    for (SoakNode node : wanted) {
      if (!node.isAlive()) {
        throw new AssertionError(
            "%s has ended by itself: %s".formatted(node.name(), node.evidence()));
      }
    }
  }

  /** Ends all in good order, which they have to do. */
  void end() throws Exception {
    endPauses(true);
    for (SoakNode worker : workers.values()) {
      requireEnd(worker);
    }
    requireEnd(parameters);
    requireEnd(coordinator);
  }

  /** Nothing of it is left running, however the soak has ended. */
  @Override
  public void close() {
    all.forEach(SoakNode::kill);
  }
}
