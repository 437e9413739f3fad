package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.api.JobState;
import dev.yamabiko.api.Model;
import dev.yamabiko.api.Prediction;
import dev.yamabiko.api.Progress;
import dev.yamabiko.api.ProgressListener;
import dev.yamabiko.api.RemoteCoordinator;
import dev.yamabiko.api.RemoteJob;
import dev.yamabiko.api.Status;
import dev.yamabiko.api.TrainingJob;
import dev.yamabiko.api.TrainingResult;
import dev.yamabiko.api.WorkerState;
import dev.yamabiko.api.Yamabiko;
import dev.yamabiko.api.YamabikoException;
import dev.yamabiko.client.JobUpload;
import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs get, beside what the command says. */
@Timeout(120)
class JavaApiTest {

  private static final String TABLE =
      """
      name = table
      data.train.csv { path = table.csv, label = kind, categorical = [day] }
      data.validation.fraction = 0.25
      model = [ { dense { units = 12 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 16, shards = 4, epochs = 3
      """;

  @TempDir Path working;
  @TempDir Path data;

  private Path job(String text) throws Exception {
    StringBuilder table = new StringBuilder("x,day,kind\n");
    for (int i = 0; i < 120; i++) {
      table.append("%d,%s,%s\n".formatted(i, i % 2 == 0 ? "mon" : "tue", "abc".charAt(i % 3)));
    }
    Files.writeString(working.resolve("table.csv"), table);
    return Files.writeString(working.resolve("job.conf"), text);
  }

  private String error(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream nobody = new PrintStream(PrintStream.nullOutputStream());
    assertEquals(2, Main.run(args, new PrintStream(out), nobody, working));
    return CanonicalJson.object(out.toString(StandardCharsets.UTF_8)).get("error").toString();
  }

  @Test
  void shouldTrainAndPredictAsTheCommandDoes() throws Exception {
    Path job = job(TABLE);
    String expected = OneNode.weights(TABLE, working);
    TrainingResult result = Yamabiko.train(job);
    assertEquals(expected, result.weightsSha256().orElseThrow());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] predict = {"predict", "run", "--input", "table.csv", "--format", "jsonl"};
    assertEquals(0, Main.run(predict, new PrintStream(out), System.err, working));
    List<String> said = out.toString(StandardCharsets.UTF_8).lines().toList();
    List<Prediction> predictions =
        Model.load(working.resolve("run")).predictFile(working.resolve("table.csv"));
    assertEquals(120, predictions.size());
    for (int i = 0; i < 120; i++) {
      Map<String, Object> line = CanonicalJson.object(said.get(i));
      assertEquals(line.get("class"), predictions.get(i).label());
      Map<?, ?> probabilities = (Map<?, ?>) line.get("probabilities");
      predictions
          .get(i)
          .probabilities()
          .forEach(
              (name, p) -> assertEquals(p, ((Number) probabilities.get(name)).floatValue(), 0f));
    }
  }

  @Test
  void shouldRefuseWithTheCommandsWords() throws Exception {
    for (String wrong :
        List.of(
            TABLE.replace("epochs = 3", "epoch = 3"),
            TABLE.replace("units = 12", "units = 0"),
            TABLE.replace("units = 3", "units = 4"),
            TABLE.replace("label = kind", "label = sort"),
            TABLE.replace("table.csv", "missing.csv"))) {
      Path job = job(wrong);
      String message = error("check", job.toString(), "--json");
      YamabikoException e = assertThrows(YamabikoException.class, () -> Yamabiko.train(job));
      assertEquals(message, e.getMessage());
      assertTrue(e.isInputWrong());
    }
    Path job = job(TABLE);
    assertEquals(
        error("check", job.toString(), "--set", "shards=a", "--json"),
        assertThrows(
                YamabikoException.class,
                () -> Yamabiko.train(TrainingJob.file(job).set("shards", "a")))
            .getMessage());
  }

  @Test
  void shouldSayHowACoordinatorsJobsAndWorkersAre() throws Exception {
    try (TestServer server = new TestServer(data, List.of());
        RemoteCoordinator coordinator = Yamabiko.connect(server.url())) {
      RemoteJob job = coordinator.submit(TrainingJob.file(job(TABLE)));
      assertEquals("table-1", job.id());
      assertEquals("table", server.submitted.take().name());
      JobState state = job.state();
      assertEquals(Status.QUEUED, state.status());
      assertEquals("table", state.job());
      server.jobs.put(
          "b-1", TestServer.view("b-1", JobStatus.WAITING, "for a worker", Optional.empty()));
      List<JobState> jobs = coordinator.jobs();
      assertEquals(List.of("table-1", "b-1"), jobs.stream().map(JobState::id).toList());
      assertEquals("for a worker", jobs.get(1).reason().orElseThrow());
      assertEquals(10, jobs.get(1).steps());
      assertEquals(
          List.of(new WorkerState("one", "10.0.0.1", 4, Optional.of("digits-1"), 2500.4)),
          coordinator.workers());
      job.cancel();
      YamabikoException notEnded = assertThrows(YamabikoException.class, job::resume);
      assertTrue(notEnded.isInputWrong(), notEnded.getMessage());
      YamabikoException unknown =
          assertThrows(YamabikoException.class, () -> coordinator.job("no-1").state());
      assertEquals(
          error("status", "no-1", "--json", "--server", server.url()), unknown.getMessage());
      YamabikoException late =
          assertThrows(YamabikoException.class, () -> job.await(Duration.ofMillis(1)));
      assertEquals("job table-1 has not ended within 0 s", late.getMessage());
    }
  }

  /** What a listener hears, in its order. */
  private static final class Heard implements ProgressListener {
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Override
    public void onEpoch(Progress p) {
      lines.add("epoch %d of %d".formatted(p.epoch(), p.epochs()));
    }

    @Override
    public void onStep(Progress p) {
      lines.add("step %d of %d".formatted(p.step(), p.steps()));
    }

    @Override
    public void onNotice(String notice) {
      lines.add(notice);
    }

    void expect(String line) throws InterruptedException {
      assertEquals(line, lines.poll(60, TimeUnit.SECONDS));
    }
  }

  private static TestServer.Follower follower(TestServer server) throws InterruptedException {
    TestServer.Follower follower = server.followers.poll(60, TimeUnit.SECONDS);
    assertTrue(follower != null, "nobody follows");
    return follower;
  }

  @Test
  void shouldFollowAJobOverARestartOfItsCoordinator() throws Exception {
    Heard heard = new Heard();
    TestServer server = new TestServer(data, List.of());
    try (RemoteCoordinator coordinator = Yamabiko.connect(URI.create(server.url()))) {
      server.jobs.put(
          "spirals-1", TestServer.view("spirals-1", JobStatus.RUNNING, "", Optional.empty()));
      CompletableFuture<TrainingResult> result = coordinator.job("spirals-1").follow(heard);
      TestServer.Follower first = follower(server);
      first.tell(FollowTest.running(1));
      first.tell(FollowTest.step(2, 4));
      first.tell(FollowTest.epoch(3, 0));
      first.tell(new JobEvent(4, "notice", "{\"notice\":\"kept\",\"kind\":\"checkpoint\"}"));
      first.tell(new JobEvent(5, "notice", "{\"notice\":\"w is lost\",\"kind\":\"worker-lost\"}"));
      heard.expect("step 5 of 10");
      heard.expect("epoch 1 of 2");
      heard.expect("w is lost");
      server.close();
      assertTrue(heard.lines.poll(60, TimeUnit.SECONDS).contains("is lost"));
      server.start();
      TestServer.Follower second = follower(server);
      assertEquals(5, second.after());
      heard.expect("connected again to " + server.url());
      second.tell(FollowTest.step(6, 4));
      second.tell(FollowTest.step(7, 5));
      second.tell(FollowTest.end(8, JobStatus.COMPLETED));
      heard.expect("step 6 of 10");
      TrainingResult ended = result.get(60, TimeUnit.SECONDS);
      assertEquals(Status.COMPLETED, ended.status());
      assertEquals("abc", ended.weightsSha256().orElseThrow());
      assertEquals(0.25, ended.trainLoss());
      assertTrue(ended.validation().isEmpty());
      assertTrue(ended.directory().isEmpty());
    } finally {
      server.close();
    }
  }

  @Test
  void shouldSayHowLongAJobIsThatHadBegunBefore() throws Exception {
    try (TestServer server = new TestServer(data, List.of());
        RemoteCoordinator coordinator = Yamabiko.connect(server.url())) {
      server.jobs.put(
          "spirals-1", TestServer.view("spirals-1", JobStatus.RUNNING, "", Optional.empty()));
      Heard heard = new Heard();
      coordinator.job("spirals-1").follow(heard);
      TestServer.Follower follower = follower(server);
      follower.tell(FollowTest.step(20, 4));
      follower.tell(FollowTest.epoch(21, 0));
      heard.expect("step 5 of 10");
      heard.expect("epoch 1 of 2");
    }
  }

  @Test
  void shouldSayThatThereIsNoRoomForALargeFile() throws Exception {
    try (TestServer server = new TestServer(data, List.of());
        Server asked = Server.of(server.url(), "connect")) {
      Path table = working.resolve("large.csv");
      try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
        file.setLength(40 << 20);
      }
      Path job =
          Files.writeString(working.resolve("large.conf"), TABLE.replace("table.csv", "large.csv"));
      JobUpload upload = new JobUpload(asked, notice -> {});
      String message =
          assertThrows(
                  ServerException.class, () -> upload.bring(JobFile.read(job, List.of(), working)))
              .getMessage();
      assertTrue(message.contains(": there is no room for this upload: "), message);
    }
  }

  @Test
  void shouldLeaveAJobAloneThatNobodyFollowsAnyMore() throws Exception {
    try (TestServer server = new TestServer(data, List.of())) {
      server.jobs.put(
          "spirals-1", TestServer.view("spirals-1", JobStatus.RUNNING, "", Optional.empty()));
      RemoteCoordinator coordinator = Yamabiko.connect(server.url());
      RemoteJob job = coordinator.job("spirals-1");
      CompletableFuture<TrainingResult> cancelled = job.follow(epoch -> {});
      follower(server);
      assertTrue(cancelled.cancel(true));
      CompletableFuture<TrainingResult> closed = job.follow(epoch -> {});
      follower(server);
      coordinator.close();
      assertThrows(CancellationException.class, () -> closed.get(60, TimeUnit.SECONDS));
      assertThrows(IllegalStateException.class, () -> job.follow(epoch -> {}));
      assertThrows(IllegalStateException.class, job::state);
      assertThrows(IllegalStateException.class, job::model);
      assertThrows(IllegalStateException.class, coordinator::jobs);
      assertFalse(server.jobs.get("spirals-1").status().hasEnded());
    }
  }

  @Test
  void shouldSayThatACoordinatorCannotBeReached() {
    YamabikoException url =
        assertThrows(YamabikoException.class, () -> Yamabiko.connect("10.0.0.5:8080"));
    assertEquals(
        "connect expects a URL as http://127.0.0.1:8080 but got 10.0.0.5:8080", url.getMessage());
    assertTrue(url.isInputWrong());
    try (RemoteCoordinator coordinator = Yamabiko.connect("http://127.0.0.1:1")) {
      YamabikoException e = assertThrows(YamabikoException.class, coordinator::jobs);
      assertEquals(
          "the coordinator http://127.0.0.1:1 cannot be reached: nothing listens there",
          e.getMessage());
      assertFalse(e.isInputWrong());
    }
  }
}
