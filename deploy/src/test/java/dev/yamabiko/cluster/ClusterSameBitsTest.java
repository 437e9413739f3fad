package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.cli.Jvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same job on a coordinator with one, two, three and four workers, each in a process of its
 * own: all give what one node alone gives, to the last bit and line.
 */
@Tag("cluster")
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterSameBitsTest {

  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path directory;

  private ProcessCluster cluster;

  @BeforeAll
  void start() throws Exception {
    cluster = new ProcessCluster(directory);
    cluster.startCoordinator();
  }

  @AfterAll
  void end() {
    cluster.close();
  }

  private void haveWorkers(int count) throws Exception {
    cluster.haveWorkers(NAMES.subList(0, count).toArray(String[]::new));
  }

  private void assertSame(JsonNode alone, JsonNode end) throws Exception {
    for (String field : SmallJob.RESULTS) {
      assertEquals(alone.path(field), end.path(field), () -> field + cluster.evidence());
    }
    assertEquals(cluster.metrics(alone), cluster.metrics(end));
  }

  @Test
  void shouldGiveTheBitsOfOneNodeWithAnyNumberOfWorkers() throws Exception {
    String job =
        Files.readString(Path.of("jobs/digits.conf"))
            + """

            epochs = 2
            data.train.builtin.examples = 1500
            data.validation.builtin.examples = 500
            """;
    JsonNode alone = cluster.alone(job);
    for (int workers : new int[] {1, 3}) {
      haveWorkers(workers);
      JsonNode end = cluster.completed(cluster.submit(job));
      assertEquals(workers, end.path("workers").asInt());
      assertSame(alone, end);
    }
  }

  @Tag("soak")
  @Test
  void shouldGiveTheBitsOfOneNodeOnMnist() throws Exception {
    String given = System.getenv("YAMABIKO_DATA");
    assumeTrue(given != null, "YAMABIKO_DATA names no folder with real data");
    Path folder = Path.of(given, "mnist").toAbsolutePath();
    assumeTrue(Files.isDirectory(folder), "there is no " + folder);
    List<String> job =
        new ArrayList<>(List.of(Path.of("jobs/mnist.conf").toAbsolutePath().toString()));
    set(job, "epochs=1");
    set(job, "data.train.idx.images=" + folder.resolve("train10k-images-idx3-ubyte.gz"));
    set(job, "data.train.idx.labels=" + folder.resolve("train10k-labels-idx1-ubyte.gz"));
    set(job, "data.validation.idx.images=" + folder.resolve("t10k-images-idx3-ubyte.gz"));
    set(job, "data.validation.idx.labels=" + folder.resolve("t10k-labels-idx1-ubyte.gz"));
    JsonNode alone = run("train", job, "--workers", "2", "--out", "run", "--json");
    for (int workers : new int[] {1, 3}) {
      haveWorkers(workers);
      assertSame(alone, run("submit", job, "--server", cluster.url(), "--follow", "--json"));
    }
  }

  private static void set(List<String> job, String setting) {
    job.addAll(List.of("--set", setting));
  }

  private JsonNode run(String command, List<String> job, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(job);
    arguments.addAll(List.of(more));
    Jvms.Finished finished = cluster.start(command, arguments.toArray(String[]::new)).finish();
    assertEquals(0, finished.exitCode(), () -> finished.err() + cluster.evidence());
    return new ObjectMapper().readTree(finished.lastLine());
  }
}
