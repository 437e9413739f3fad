package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.cli.Jvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody at a terminal looks at a job of a real cluster that waits for its second worker. */
@Tag("cluster")
@Tag("soak")
@Timeout(600)
class WatchClusterTest {

  /** As the launcher calls Java at a terminal. */
  private static final List<String> TERMINAL =
      List.of("-Dyamabiko.terminal=true", "-Dyamabiko.columns=100");

  @TempDir private Path directory;

  @Test
  void shouldShowWhereTheTimeOfEachWorkerWent() throws Exception {
    Path desk = Files.createDirectory(directory.resolve("desk"));
    try (ProcessCluster cluster = new ProcessCluster(directory)) {
      cluster.startCoordinator();
      cluster.startWorker("one");
      String id = cluster.submit(SmallJob.of(10).with("workers.min = 2").text());
      List<String> command = List.of("status", id, "--watch", "--json", "--server", cluster.url());
      Process process = Jvms.start(Jvms.current(), TERMINAL, command, desk);
      cluster.await("the reason to be shown", () -> stderr(desk).contains(id + " is "));
      cluster.startWorker("two");
      Jvms.Finished watched = Jvms.finish(process, desk);
      assertEquals(0, watched.exitCode(), watched.err());
      JsonNode job = new ObjectMapper().readTree(watched.lastLine());
      assertEquals("completed", job.required("status").asText());
      assertEquals(cluster.completed(id).required("weights_sha256"), job.get("weights_sha256"));
      List<String> lines = watched.err().lines().toList();
      int table = lines.size() - 1;
      while (table > 0 && !lines.get(table).matches("step .* samples/s  compute  .*re-issued")) {
        table--;
      }
      assertTrue(lines.get(table + 1).matches("one  .* %.* %.* %.* %.*"), watched.err());
      assertTrue(lines.get(table + 2).matches("two  .* %.* %.* %.* %.*"), watched.err());
      assertTrue(lines.get(table + 3).startsWith("     loss"), watched.err());
    }
  }

  private static String stderr(Path desk) throws Exception {
    return Files.readString(desk.resolve("stderr"));
  }
}
