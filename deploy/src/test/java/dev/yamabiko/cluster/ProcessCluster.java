package dev.yamabiko.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.cli.Jvms;
import dev.yamabiko.cli.NodePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Predicate;

/**
 * Coordinators on one data directory and workers, each in a JVM of its own, over loopback; faults
 * are signals to their processes. The API is that of one coordinator, which {@link #face} changes.
 * What is awaited has a deadline, and whoever misses it shows the ends of all logs. Every process
 * that it started ends with it.
 */
final class ProcessCluster implements AutoCloseable {

  /** For what takes a moment on a quiet machine. */
  static final Duration SOON = Duration.ofMinutes(4);

  /** What a coordinator is called that is nothing else. */
  private static final String FIRST = "coordinator";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LOG_LINES = 60;
  private static final int POLL_MILLIS = 25;

  private final Path directory;
  private final Map<String, NodePorts> ports = new HashMap<>();
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final List<NodeProcess> all = new ArrayList<>();
  private final Map<String, NodeProcess> workers = new LinkedHashMap<>();
  private final Map<String, NodeProcess> coordinators = new HashMap<>();
  private String faced = FIRST;
  private int started;

  ProcessCluster(Path directory) {
    this.directory = directory;
  }

  // --- Processes --------------------------------------------------------------------------------

  NodeProcess startCoordinator() throws Exception {
    return startCoordinator(FIRST);
  }

  /** Each of them always on the same ports, and all on the same data. */
  NodeProcess startCoordinator(String name) throws Exception {
    if (!ports.containsKey(name)) {
      ports.put(name, NodePorts.free());
    }
    NodeProcess coordinator =
        start(
            name,
            "coordinator",
            "--port",
            "" + ports.get(name).control(),
            "--http-port",
            "" + ports.get(name).http(),
            "--data",
            directory.resolve("data").toString());
    coordinators.put(name, coordinator);
    await(name + " to be ready", coordinator, () -> isReady(name));
    return coordinator;
  }

  private boolean isReady(String name) throws Exception {
    return get(url(name) + "/health/ready").filter(r -> r.statusCode() == 200).isPresent();
  }

  /** Whether it knows that another one has the coordinator. */
  boolean standsBy(String name) throws Exception {
    return get(url(name) + "/health/ready").filter(r -> r.body().contains("stands_by")).isPresent();
  }

  /** The one whose API is asked, and which must not end while something is awaited. */
  NodeProcess coordinator() {
    return coordinator(faced);
  }

  NodeProcess coordinator(String name) {
    return coordinators.get(name);
  }

  void face(String name) {
    faced = name;
  }

  /** Told of the first coordinator only. Does not wait until it has joined. */
  NodeProcess startWorker(String name) throws IOException {
    NodeProcess worker = start(name, workerArguments(name));
    workers.put(name, worker);
    return worker;
  }

  /**
   * The same of another build.
   *
   * @param classPath its jars
   */
  NodeProcess startWorker(String name, String classPath) throws IOException {
    NodeProcess worker =
        NodeProcess.ofBuild(
            classPath, "%02d-%s".formatted(++started, name), directory, workerArguments(name));
    all.add(worker);
    workers.put(name, worker);
    return worker;
  }

  private String[] workerArguments(String name) {
    return new String[] {
      "worker",
      "--coordinator",
      "127.0.0.1:" + ports.get(FIRST).control(),
      "--name",
      name,
      "--threads",
      "1",
      "--cache",
      directory.resolve("cache-" + name).toString()
    };
  }

  /** Owns slices. Waits until it has joined. */
  NodeProcess startParameters(String name) throws Exception {
    NodeProcess node =
        start(
            name,
            "parameters",
            "--coordinator",
            "127.0.0.1:" + ports.get(FIRST).control(),
            "--name",
            name,
            "--threads",
            "1");
    await(name + " to join", node, () -> parameters().contains(name));
    return node;
  }

  /** Nodes that own slices, by name. */
  List<String> parameters() throws Exception {
    List<String> names = new ArrayList<>();
    json("/api/v1/workers")
        .ifPresent(all -> all.path("parameters").forEach(n -> names.add(n.path("name").asText())));
    return names;
  }

  NodeProcess worker(String name) {
    return workers.get(name);
  }

  /** The command with these arguments, as a user would start it. */
  NodeProcess start(String name, String... arguments) throws IOException {
    NodeProcess process =
        NodeProcess.start("%02d-%s".formatted(++started, name), directory, arguments);
    all.add(process);
    return process;
  }

  /** Exactly these are registered and idle: the others end, those that are missing start. */
  void haveWorkers(String... names) throws Exception {
    List<String> wanted = List.of(names);
    for (String name : List.copyOf(workers.keySet())) {
      NodeProcess process = workers.get(name);
      if (!wanted.contains(name)) {
        process.terminate();
        workers.remove(name);
      } else if (!process.isAlive()) {
        workers.remove(name);
      }
    }
    for (String name : names) {
      if (!workers.containsKey(name)) {
        startWorker(name);
      }
    }
    await("workers %s to be idle".formatted(wanted), () -> idleWorkers().equals(sorted(wanted)));
  }

  private static List<String> sorted(List<String> names) {
    return names.stream().sorted().toList();
  }

  // --- The API ----------------------------------------------------------------------------------

  String url() {
    return url(faced);
  }

  String url(String name) {
    return "http://127.0.0.1:" + ports.get(name).http();
  }

  private Optional<HttpResponse<String>> get(String url) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20)).build();
    try {
      return Optional.of(client.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Empty while the coordinator cannot be reached. */
  private Optional<JsonNode> json(String path) throws Exception {
    Optional<HttpResponse<String>> response = get(url() + path).filter(r -> r.statusCode() < 500);
    return response.isEmpty()
        ? Optional.empty()
        : Optional.of(JSON.readTree(response.get().body()));
  }

  /** Returns the job's id. */
  String submit(String job) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/api/v1/jobs"))
            .POST(HttpRequest.BodyPublishers.ofString(job))
            .header("Content-Type", "application/hocon")
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 201) {
      throw new IllegalStateException(response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body()).required("id").asText();
  }

  void cancel(String id) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + "/api/v1/jobs/" + id + "/cancel"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() >= 300) {
      throw new IllegalStateException(response.statusCode() + ": " + response.body());
    }
  }

  JobWatch watch(String id) {
    return JobWatch.open(client, url() + "/api/v1/jobs/" + id + "/events");
  }

  Optional<JsonNode> status(String id) throws Exception {
    return json("/api/v1/jobs/" + id);
  }

  /** Waits until the job's status is like that. */
  JsonNode await(String id, String what, Predicate<JsonNode> wanted) throws Exception {
    JsonNode[] last = {null};
    await(
        "job %s to be %s".formatted(id, what),
        () -> {
          status(id).ifPresent(status -> last[0] = status);
          return last[0] != null && wanted.test(last[0]);
        });
    return last[0];
  }

  /** Waits for the job's end, which has to be a good one. */
  JsonNode completed(String id) throws Exception {
    JsonNode end = await(id, "at its end", status -> !status.path("ended").isNull());
    if (!end.path("status").asText().equals("completed")) {
      throw new AssertionError(end + evidence());
    }
    return end;
  }

  /** Registered workers, by name. */
  Map<String, JsonNode> registered() throws Exception {
    Map<String, JsonNode> found = new LinkedHashMap<>();
    json("/api/v1/workers")
        .ifPresent(all -> all.path("workers").forEach(w -> found.put(w.path("name").asText(), w)));
    return found;
  }

  /** The job that a worker computes for. */
  Optional<String> busyWith() throws Exception {
    return registered().values().stream()
        .map(worker -> worker.path("job"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .findFirst();
  }

  private List<String> idleWorkers() throws Exception {
    Map<String, JsonNode> found = registered();
    boolean idle = found.values().stream().allMatch(worker -> !worker.path("job").isTextual());
    return idle ? sorted(List.copyOf(found.keySet())) : List.of("busy");
  }

  // --- Waiting ----------------------------------------------------------------------------------

  /** A condition that may ask the cluster. */
  interface Condition {
    boolean holds() throws Exception;
  }

  void await(String what, Condition condition) throws Exception {
    await(what, coordinator(), condition);
  }

  private void await(String what, NodeProcess needed, Condition condition) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited too long for " + what + evidence());
      }
      if (needed.ends(POLL_MILLIS)) {
        throw new AssertionError(needed.name() + " ended, waiting for " + what + evidence());
      }
    }
  }

  /** The next such event of a job. */
  JobWatch.Event await(JobWatch watch, String what, Predicate<JobWatch.Event> wanted)
      throws Exception {
    return watch
        .await(wanted, SOON)
        .orElseThrow(() -> new AssertionError("waited too long for " + what + evidence()));
  }

  /** The ends of all logs. */
  String evidence() {
    StringJoiner text = new StringJoiner("\n", "\n", "\n");
    text.add("kept in " + directory);
    all.forEach(process -> text.add(process.evidence(LOG_LINES)));
    return text.toString();
  }

  /** A run's lines for steps and epochs. */
  List<String> metrics(JsonNode result) throws IOException {
    Path file = Path.of(result.required("run_directory").asText(), "metrics.jsonl");
    // What went over the wire is nothing that a single node has, or that runs have in common.
    return Files.readAllLines(file).stream().filter(line -> !line.startsWith("{\"wire\"")).toList();
  }

  /** What one node alone makes of the job. */
  JsonNode alone(String job) throws Exception {
    int number = ++started;
    Path file = Files.writeString(directory.resolve("alone-" + number + ".conf"), job);
    NodeProcess process =
        start("alone", "train", file.toString(), "--workers", "2", "--out", "run", "--json");
    Jvms.Finished finished = process.finish();
    if (finished.exitCode() != 0) {
      throw new AssertionError(finished.err());
    }
    return JSON.readTree(finished.lastLine());
  }

  /** Ends what still runs; stopped processes, too. */
  @Override
  public void close() {
    for (NodeProcess process : all) {
      process.kill();
    }
  }
}
