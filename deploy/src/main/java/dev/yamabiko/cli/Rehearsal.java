package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * In one JVM and on as little data as will do, what the command does on one node and on a cluster.
 * With {@code -XX:ArchiveClassesAtExit} that JVM leaves an archive of the classes it has loaded and
 * verified, which other JVMs of the same jars map instead of doing so again: a third of the
 * processor time of their start.
 *
 * <p>Its one argument is an empty directory for what it writes. Whatever keeps it from its end ends
 * the JVM with another exit code than 0: what it has archived then is not worth keeping.
 */
final class Rehearsal {

  private static final Duration LIMIT = Duration.ofMinutes(9);
  private static final long MOST_BYTES = 1L << 30;
  private static final String HOST = "127.0.0.1";

  private static final String JOB =
      """
      name = rehearsal
      data.train.builtin { name = digits, examples = 96 }
      data.validation.builtin { name = digits, examples = 32, seed = 7 }
      model = [ { conv2d { filters = 2, kernel = 3 } }, relu, flatten, { dense { units = 10 } } ]
      loss = softmax-cross-entropy, optimizer.sgd { learning-rate = 0.1, momentum = 0.9 }
      batch-size = 32, shards = 4, epochs = 2
      """;

  private final Path directory;

  private Rehearsal(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] args) throws Exception {
    endIn(LIMIT);
    new Rehearsal(Path.of(args[0]).toAbsolutePath()).run();
    System.exit(0);
  }

  private static void endIn(Duration limit) {
    Thread timer =
        new Thread(
            () -> {
              try {
                Thread.sleep(limit.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(1);
            },
            "limit");
    timer.setDaemon(true);
    timer.start();
  }

  private void run() throws IOException, InterruptedException {
    Files.writeString(directory.resolve("job.conf"), JOB);
    command("train", "job.conf", "--workers", "2", "--out", "run", "--json");
    command("evaluate", "run", "--data", "job.conf");
    CoordinatorSettings settings =
        new CoordinatorSettings(
            HOST,
            HOST,
            0,
            0,
            0,
            directory.resolve("data"),
            List.of(),
            MOST_BYTES,
            MOST_BYTES,
            false,
            HttpAccess.open());
    try (CoordinatorNode coordinator = CoordinatorNode.start(settings)) {
      WorkerNode worker = new WorkerNode(worker(coordinator.port()));
      Thread joined = new Thread(worker::run, "worker");
      joined.start();
      String server = "http://%s:%d".formatted(HOST, coordinator.httpAddress().getPort());
      command("submit", "job.conf", "--server", server, "--follow", "--json");
      worker.leave();
      joined.join();
    }
  }

  private NodeSettings worker(int coordinator) {
    return new NodeSettings(
        "worker",
        List.of(new NodeSettings.Peer(HOST, coordinator)),
        HOST,
        0,
        1,
        directory.resolve("cache"),
        1L << 30);
  }

  private void command(String... arguments) {
    int code = Main.run(arguments, System.out, System.err, directory);
    if (code != 0) {
      Runtime.getRuntime().halt(code);
    }
  }
}
