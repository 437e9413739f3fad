package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.api.Model;
import dev.yamabiko.api.Progress;
import dev.yamabiko.api.RemoteCoordinator;
import dev.yamabiko.api.RemoteJob;
import dev.yamabiko.api.Status;
import dev.yamabiko.api.TrainingJob;
import dev.yamabiko.api.TrainingResult;
import dev.yamabiko.api.Yamabiko;
import dev.yamabiko.api.YamabikoException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program and a cluster: what it submits, hears, ends and gets. */
@Tag("cluster")
@Timeout(600)
class JavaApiClusterTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir private Path directory;

  /** With a file that has to be brought there. */
  private TrainingJob job() throws Exception {
    StringBuilder table = new StringBuilder("x,day,y\n");
    for (int i = 0; i < 320; i++) {
      table.append("%d,%s,%d\n".formatted(i, i % 2 == 0 ? "mon" : "tue", 100 + 3 * i));
    }
    Files.writeString(directory.resolve("table.csv"), table);
    return TrainingJob.file(
        Files.writeString(
            directory.resolve("line.conf"),
            """
            data.train.csv { path = table.csv, targets = [y], categorical = [day] }
            data.validation.fraction = 0.25
            model = [ { dense { units = 8 } }, tanh, { dense { units = 1 } } ]
            loss = half-squared-error
            optimizer { adam { learning-rate = 0.02 } }
            batch-size = 16, shards = 4, epochs = 4
            """));
  }

  @Tag("soak")
  @Test
  void shouldTrainOnAClusterAsInThisJvm() throws Exception {
    TrainingJob job = job();
    try (LocalCluster cluster = new LocalCluster(directory);
        RemoteCoordinator coordinator =
            Yamabiko.connect("http://127.0.0.1:" + cluster.coordinator().httpAddress().getPort())) {
      cluster.join("one", "two");
      assertEquals(2, coordinator.workers().size());

      List<Progress> epochs = new CopyOnWriteArrayList<>();
      RemoteJob submitted = coordinator.submit(job);
      TrainingResult remote = submitted.await(LIMIT, epochs::add);
      TrainingResult local = Yamabiko.train(job);
      assertEquals(Status.COMPLETED, remote.status());
      assertEquals(local.weightsSha256(), remote.weightsSha256());
      assertEquals(local.dataSha256(), remote.dataSha256());
      assertEquals(local.validation(), remote.validation());
      assertEquals(List.of(1, 2, 3, 4), epochs.stream().map(Progress::epoch).toList());
      assertEquals(remote.validation().orElseThrow().rmse(), lastOf(epochs), 1e-9);
      assertEquals(2, remote.workers());

      Path file = directory.resolve("line.safetensors");
      submitted.downloadModel(file);
      local.model().save(directory.resolve("local.safetensors"));
      assertEquals(Model.load(file).weightsSha256(), remote.model().weightsSha256());
      Path table = directory.resolve("table.csv");
      assertArrayEquals(
          local.model().predictFile(table).stream().mapToDouble(p -> p.value()).toArray(),
          remote.model().predictFile(table).stream().mapToDouble(p -> p.value()).toArray());
      // An ended job may be awaited, too.
      assertEquals(remote.toJson(), submitted.await(LIMIT).toJson());

      endAndGoOn(coordinator, job.set("epochs", 100_000));
    }
  }

  private static double lastOf(List<Progress> epochs) {
    return epochs.get(epochs.size() - 1).validation().orElseThrow().rmse();
  }

  private static void endAndGoOn(RemoteCoordinator coordinator, TrainingJob endless)
      throws Exception {
    RemoteJob job = coordinator.submit(endless);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<TrainingResult> result = job.follow(epoch -> begun.countDown());
    assertTrue(begun.await(180, TimeUnit.SECONDS));
    assertEquals(Status.RUNNING, job.state().status());
    YamabikoException none =
        assertThrows(YamabikoException.class, () -> job.downloadModel(Path.of("no.safetensors")));
    assertTrue(none.getMessage().contains(job.id()), none.getMessage());
    assertTrue(Files.notExists(Path.of("no.safetensors")));
    job.cancel();
    TrainingResult cancelled = result.get(60, TimeUnit.SECONDS);
    assertEquals(Status.CANCELLED, cancelled.status());
    job.resume();
    CountDownLatch again = new CountDownLatch(1);
    CompletableFuture<TrainingResult> second = job.follow(epoch -> again.countDown());
    assertTrue(again.await(180, TimeUnit.SECONDS));
    job.cancel();
    assertTrue(second.get(60, TimeUnit.SECONDS).steps() > cancelled.steps());
  }
}
