package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.ClusterMemory;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.Plan;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model of 100 MB on a coordinator and two workers, each a JVM with what the plan says. */
@Tag("soak")
@Timeout(900)
class LargeModelTest {

  private static final String JOB =
      """
      name = large
      data.train { builtin { name = digits, examples = 96 } }
      model = [
        flatten, { dense { units = 5200 } }, relu, { dense { units = 4200 } }, relu,
        { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.01, momentum = 0.9 } }
      batch-size = 32
      shards = 4
      epochs = 1
      workers { min = 2, max = 2 }
      """;

  private static final int WORKERS = 2;
  private static final long MIB = 1 << 20;

  /** What the JVM itself, actors and the dataset take of a heap. */
  private static final long BASE = 64 * MIB;

  /** Artery's buffers are outside the heap, too, and Netty takes memory in chunks. */
  private static final long DIRECT_BASE = 32 * MIB;

  @TempDir private Path directory;
  private final Map<String, Process> processes = new LinkedHashMap<>();

  @AfterEach
  void kill() {
    processes.values().forEach(process -> process.destroyForcibly().onExit().join());
  }

  private Process start(String name, long heap, long direct, String... arguments)
      throws IOException {
    Path own = Files.createDirectories(directory.resolve(name));
    List<String> flags = new ArrayList<>();
    flags.add("--add-modules=jdk.incubator.vector");
    // No room but the plan's: this collector moves everything together before it gives up.
    flags.addAll(List.of("-XX:+UseSerialGC", "-Xmn16m"));
    flags.add("-Xmx" + (heap + BASE) / MIB + "m");
    flags.add("-XX:MaxDirectMemorySize=" + (direct + DIRECT_BASE));
    Process process = Jvms.start(Jvms.current(), flags, List.of(arguments), own);
    processes.put(name, process);
    return process;
  }

  private void awaitReady(int httpPort) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/health/ready"))
            .build();
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (true) {
      try {
        if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        assertTrue(processes.get("coordinator").isAlive(), log("coordinator"));
      }
      assertTrue(System.nanoTime() < end, "the coordinator is not ready" + log("coordinator"));
      LockSupport.parkNanos(50_000_000);
    }
  }

  private String log(String name) throws IOException {
    return "\n" + name + ":\n" + Files.readString(directory.resolve(name).resolve("stderr"));
  }

  @Test
  void shouldTrainWithinTheMemoryThatThePlanNames() throws Exception {
    Job job = JobFile.parse(JOB, "large.conf", directory, List.of());
    Network network = job.model().build(Shape.of(1, 28, 28));
    assertTrue(network.length() >= 25_000_000, network.length() + " parameters");
    ClusterMemory memory = new ClusterMemory(new Plan(job, network, 96, 0, WORKERS), 1);
    long coordinatorHeap = memory.coordinatorHeapBytes();
    long workerHeap = memory.workerHeapBytes(Long.MAX_VALUE);
    Path file = Files.writeString(directory.resolve("large.conf"), JOB);

    Process one = start("one", 3L << 30, 0, "train", file.toString(), "--workers", "2", "--json");
    assertEquals(0, one.waitFor(), log("one"));
    List<String> lines = Files.readAllLines(directory.resolve("one").resolve("stdout"));
    String expected = OneNode.weights(lines.get(lines.size() - 1));

    NodePorts ports = NodePorts.free();
    int port = ports.control();
    int httpPort = ports.http();
    start(
        "coordinator",
        coordinatorHeap,
        memory.coordinatorDirectBytes(),
        "coordinator",
        "--port",
        "" + port,
        "--http-port",
        "" + httpPort,
        "--data",
        directory.resolve("data").toString());
    awaitReady(httpPort);
    for (int w = 0; w < WORKERS; w++) {
      start(
          "worker-" + w,
          workerHeap,
          memory.workerDirectBytes(),
          "worker",
          "--coordinator",
          "127.0.0.1:" + port,
          "--threads",
          "1",
          "--cache",
          directory.resolve("cache-" + w).toString());
    }
    Invocation submitted =
        Invocation.of(
            directory,
            List.of(
                "submit",
                file.toString(),
                "--server",
                "http://127.0.0.1:" + httpPort,
                "--follow",
                "--json"));
    assertEquals(0, submitted.exitCode(), submitted.err() + log("coordinator") + log("worker-0"));
    assertEquals(expected, submitted.json().path("weights_sha256").asText());

    long connections =
        log("coordinator").lines().filter(line -> line.contains("bulk link connected")).count();
    assertEquals(WORKERS, connections, log("coordinator"));
    assertQuiet("coordinator");
    for (int w = 0; w < WORKERS; w++) {
      assertQuiet("worker-" + w);
    }
  }

  private void assertQuiet(String name) throws IOException {
    String log = log(name);
    for (String trouble :
        List.of(
            "quarantine", "nreachable", "dropp", "OutOfMemory", "connection closed:", "ERROR")) {
      // A heartbeat that is late on a busy machine says what it "may cause".
      assertFalse(
          log.lines().anyMatch(line -> line.contains(trouble) && !line.contains("may cause")), log);
    }
  }
}
