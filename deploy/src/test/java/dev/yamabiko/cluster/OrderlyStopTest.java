package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.Jvms;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes: only a real signal runs all the hooks that a JVM has. */
@Tag("cluster")
@Timeout(600)
class OrderlyStopTest {

  /** Too long a job to come to its end by itself. */
  private static final String JOB =
      """
      name = long
      data.train { builtin { name = spirals, examples = 600 } }
      model = [ { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer = sgd
      batch-size = 6
      epochs = 100000
      workers.min = 1
      """;

  @TempDir private Path directory;

  @Tag("soak")
  @Test
  void shouldLeaveWithoutAWarningWhenProcessesAreToldToEnd() throws Exception {
    try (ProcessCluster cluster = new ProcessCluster(directory)) {
      cluster.startCoordinator();
      cluster.haveWorkers("a", "b");
      String id = cluster.submit(JOB);
      cluster.await(id, "running", status -> status.path("step").asLong() > 0);

      cluster.worker("a").terminate();
      Jvms.Finished left = cluster.worker("a").finish();
      assertEquals(0, left.exitCode(), left.err());
      assertEquals(List.of(), warnings(left), left.err());
      cluster.await("a to be gone", () -> cluster.registered().size() == 1);

      cluster.coordinator().terminate();
      Jvms.Finished ended = cluster.coordinator().finish();
      assertEquals(0, ended.exitCode(), ended.err());
      assertEquals(List.of(), warnings(ended), ended.err());
      assertTrue(ended.err().contains("left worker=a"), ended.err());
      assertFalse(ended.err().contains("lost worker="), ended.err());
      assertFalse(ended.err().contains("held up job="), ended.err());
    }
  }

  /** Those that users see: with the command's own log levels, which these processes do not have. */
  private static List<String> warnings(Jvms.Finished process) {
    return process
        .err()
        .lines()
        .filter(
            line ->
                line.matches("\\S+ (WARN|ERROR) .*")
                    && !line.contains("CoordinatedShutdown")
                    // A busy machine's word about the beginning.
                    && !line.contains("Couldn't join seed nodes"))
        .toList();
  }
}
