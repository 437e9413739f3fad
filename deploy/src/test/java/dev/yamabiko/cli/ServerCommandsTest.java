package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCommandsTest {

  private static final String SPIRALS =
      """
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 32, shards = 2, epochs = 1
      """;

  private static final String TABLE =
      """
      data.train.csv { path = table.csv, targets = [y] }
      model = [ { dense { units = 1 } } ], loss = half-squared-error
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 2, epochs = 1
      """;

  @TempDir Path working;
  @TempDir Path data;
  @TempDir Path root;
  private ByteArrayOutputStream out;
  private ByteArrayOutputStream err;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(data, List.of(root));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private int run(String commandLine) {
    return run(List.of(commandLine.split(" ")));
  }

  private int run(List<String> arguments) {
    return run(arguments, new Terminal(false, 80, true));
  }

  private int run(List<String> arguments, Terminal terminal) {
    out = new ByteArrayOutputStream();
    err = new ByteArrayOutputStream();
    String[] args = arguments.toArray(String[]::new);
    Session session =
        new Session(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            working,
            terminal,
            Main.wantsJson(args),
            new Interruption(Duration.ZERO, code -> {}));
    return Main.run(args, session);
  }

  private int ask(String commandLine) {
    return run(commandLine + " --server " + server.url());
  }

  private int ask(String commandLine, Terminal terminal) {
    return run(List.of((commandLine + " --server " + server.url()).split(" ")), terminal);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(working.resolve(name), text);
  }

  @Test
  void shouldPrintTheIdOfASubmittedJob() throws Exception {
    write("good.conf", SPIRALS);
    assertEquals(0, ask("submit good.conf --set epochs=3"), err());
    assertEquals("good-1\n", out());
    Job job = server.submitted.take();
    assertEquals(3, job.epochs());
    assertEquals(0, ask("submit good.conf --json"), err());
    assertEquals("{\"id\":\"good-1\"}", out().lines().reduce((a, b) -> b).orElseThrow());
  }

  @Test
  void shouldSayOfAWrongJobWhatCheckSays() throws Exception {
    write("bad.conf", SPIRALS.replace("units = 3", "units = 4"));
    assertEquals(2, run("check bad.conf"));
    String said = err();
    assertEquals(2, ask("submit bad.conf"));
    assertEquals(said, err());
    assertTrue(server.submitted.isEmpty());
  }

  @Test
  void shouldSayThatTheCoordinatorsHeapCannotHoldAJob() throws Exception {
    String layers = "{ dense { units = 46000 } }, { dense { units = 46000 } }, ";
    write("large.conf", SPIRALS.replace("model = [ ", "model = [ " + layers));
    assertEquals(1, ask("submit large.conf --set optimizer.adam.learning-rate=0.1"), err());
    String said =
        "yamabiko: the coordinator %s failed: the coordinator cannot hold this job: not enough memory: the job needs about "
            .formatted(server.url());
    assertTrue(err().startsWith(said) && err().lines().count() == 1, err());
    assertEquals("", out());
    assertTrue(server.submitted.isEmpty());
  }

  @Test
  void shouldUploadFilesOnceAndNameThemByTheirContent() throws Exception {
    write("table.csv", "x,y\n1,2\n2,4\n3,6\n");
    write("table.conf", TABLE);
    assertEquals(0, ask("submit table.conf"), err());
    assertTrue(err().contains("uploading"), err());
    Path there = server.submitted.take().paths().get("data.train.csv.path");
    assertTrue(there.startsWith(data.resolve("uploads")), there.toString());
    assertEquals("x,y\n1,2\n2,4\n3,6\n", Files.readString(there));
    assertEquals(0, ask("submit table.conf"), err());
    assertFalse(err().contains("uploading"), err());
  }

  @Test
  void shouldUploadAFolderOfImages() throws Exception {
    Path shapes = Path.of("jobs/shapes.conf").toAbsolutePath();
    assertEquals(0, ask("submit " + shapes), err());
    Path there = server.submitted.take().paths().get("data.train.images.directory");
    assertTrue(there.startsWith(data.resolve("uploads/trees")), there.toString());
    try (var files = Files.walk(there)) {
      assertEquals(300, files.filter(Files::isRegularFile).count());
    }
  }

  @Test
  void shouldLeaveAFileBelowADataRootToTheServer() throws Exception {
    write("table.conf", TABLE);
    String only = root.resolve("only-there.csv").toString();
    // The server looks where the command does not find it: another machine, as far as that goes.
    String missing = "submit table.conf --set data.train.csv.path=" + only;
    assertEquals(2, ask(missing));
    assertTrue(err().contains("no such file: " + only), err());
    assertEquals(2, ask("submit table.conf"));
    assertTrue(err().contains("no such file: " + working.resolve("table.csv")), err());
  }

  @Test
  void shouldUseAFileBelowADataRootWhereItIs() throws Exception {
    write("table.conf", TABLE);
    Path there = Files.writeString(root.resolve("there.csv"), "x,y\n1,2\n2,4\n3,6\n");
    assertEquals(0, ask("submit table.conf --set data.train.csv.path=" + there), err());
    assertTrue(err().contains(there + " is used where it is"), err());
    assertEquals(there.toRealPath(), server.submitted.take().paths().get("data.train.csv.path"));
    try (var uploads = Files.list(data.resolve("uploads"))) {
      assertTrue(uploads.noneMatch(Files::isRegularFile));
    }
  }

  @Test
  void shouldListJobs() {
    server.jobs.put("a-1", TestServer.view("a-1", JobStatus.RUNNING, "", Optional.empty()));
    assertEquals(0, ask("jobs"), err());
    assertEquals(
        """
        id   status   epoch    loss  validation  metric  workers   submitted
        a-1  running    0/2  0.5000           -       -        1  1970-01-01
        """,
        out());
    assertEquals(0, ask("jobs --json"), err());
    assertTrue(out().startsWith("{\"jobs\":[{\"id\":\"a-1\""), out());
    assertEquals(1, out().lines().count());
  }

  @Test
  void shouldListMoreJobsThanAPageHolds() {
    for (int i = 1; i <= 2_100; i++) {
      String id = "a-%04d".formatted(i);
      server.jobs.put(id, TestServer.view(id, JobStatus.QUEUED, "", Optional.empty()));
    }
    assertEquals(0, ask("jobs"), err());
    List<String> lines = out().lines().toList();
    assertEquals(2_101, lines.size());
    assertTrue(lines.get(1).startsWith("a-2100 "), lines.get(1));
    assertTrue(lines.get(2_100).startsWith("a-0001 "), lines.get(2_100));
    assertEquals(0, ask("jobs --json"), err());
    assertEquals(2_100, ((List<?>) CanonicalJson.object(out()).get("jobs")).size());
  }

  @Test
  void shouldShowAJobThatRuns() {
    server.jobs.put("a-1", TestServer.view("a-1", JobStatus.RUNNING, "", Optional.empty()));
    assertEquals(0, ask("status a-1"), err());
    assertTrue(out().startsWith("a-1 running\n  step        3 of 10\n"), out());
    assertEquals(0, ask("status a-1 --json"), err());
    var job = CanonicalJson.object(out());
    assertEquals(3, job.get("step"));
    assertEquals(10, job.get("steps_total"));
    assertEquals(1, job.get("workers"));
  }

  @Test
  void shouldShowHowAJobEnded() {
    server.jobs.put(
        "a-1", TestServer.view("a-1", JobStatus.COMPLETED, "", Optional.of(FollowTest.RESULT)));
    assertEquals(0, ask("status a-1"), err());
    assertTrue(out().contains("completed: 2 epochs, 10 steps"), out());
    assertTrue(out().contains(server.url() + "/api/v1/jobs/a-1/model"), out());
  }

  @Test
  void shouldSayOfAJobThatNeverBeganOnlyThat() {
    server.jobs.put(
        "a-1",
        TestServer.view("a-1", JobStatus.CANCELLED, "cancelled by a user", Optional.empty()));
    assertEquals(0, ask("status a-1"), err());
    assertEquals(
        "a cancelled before it began\n  id          a-1\n  error       cancelled by a user\n",
        out());
  }

  @Test
  void shouldShowTheStatusInItsColourOnATerminalAndNeverInJson() {
    server.jobs.put("a-1", TestServer.view("a-1", JobStatus.RUNNING, "", Optional.empty()));
    server.jobs.put("b-2", TestServer.view("b-2", JobStatus.FAILED, "why", Optional.empty()));
    Terminal terminal = new Terminal(true, 80, 24, true, true, Ink.COLOURED, Ink.COLOURED);
    assertEquals(0, ask("jobs", terminal), err());
    assertTrue(out().contains("\na-1  \u001b[36mrunning\u001b[0m    0/2"), out());
    assertTrue(out().contains("\nb-2  \u001b[31mfailed\u001b[0m       0"), out());
    assertEquals(0, ask("status a-1", terminal), err());
    assertTrue(out().startsWith("a-1 \u001b[36mrunning\u001b[0m\n"), out());
    assertEquals(2, ask("status c-3", terminal));
    assertEquals("\u001b[31myamabiko:\u001b[0m there is no job c-3\n", err());
    for (String command : List.of("jobs", "status a-1", "workers")) {
      assertEquals(0, ask(command + " --json", terminal), err());
      assertFalse(out().contains("\u001b"), out());
    }
  }

  @Test
  void shouldSayHowAnEndedJobEndedToWhoeverWatchesIt() {
    for (JobStatus status : List.of(JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)) {
      String result = FollowTest.RESULT.replace("\"completed\"", "\"" + status + "\"");
      server.jobs.put("a-1", TestServer.view("a-1", status, "", Optional.of(result)));
      assertEquals(status == JobStatus.COMPLETED ? 0 : 1, ask("status a-1 --watch --json"), err());
      assertTrue(err().contains("spirals " + status + ": 2 epochs, 10 steps"), err());
      assertEquals(status.toString(), CanonicalJson.object(out()).get("status"));
    }
    assertEquals(2, ask("status c-3 --watch"));
    assertEquals("yamabiko: there is no job c-3\n", err());
  }

  @Test
  void shouldSteerJobs() {
    server.jobs.put("a-1", TestServer.view("a-1", JobStatus.RUNNING, "", Optional.empty()));
    server.jobs.put("b-2", TestServer.view("b-2", JobStatus.FAILED, "why", Optional.empty()));
    assertEquals(0, ask("cancel a-1"), err());
    assertEquals("a-1 ends after its current step\n", out());
    assertEquals(0, ask("resume b-2 --json"), err());
    assertTrue(out().startsWith("{\"id\":\"b-2\""), out());
    assertEquals(2, ask("cancel b-2"));
    assertEquals("yamabiko: job b-2 cannot be cancelled: it is failed\n", err());
  }

  @Test
  void shouldListWorkers() {
    assertEquals(0, ask("workers"), err());
    assertEquals(
        """
        name  host      threads  job       samples/s  re-issued       up     down      joined
        one   10.0.0.1        4  digits-1      2,500          3  12.3 MB  2.00 MB  1970-01-01

        parameters  host      threads      joined
        p           10.0.0.2        2  1970-01-01
        """,
        out());
    assertEquals(0, ask("workers --json"), err());
    assertTrue(out().startsWith("{\"workers\":[{\"name\":\"one\""), out());
  }

  @Test
  void shouldSayThatThereIsNoJob() {
    assertEquals(2, ask("status ../x"));
    assertEquals("yamabiko: there is no job ../x\n", err());
    assertEquals(2, ask("status " + "x".repeat(3000)), err());
    assertEquals(1, err().lines().count(), err());
    assertEquals(2, run(List.of("status", "", "--server", server.url())));
    assertEquals("yamabiko: expected a job's id but got \"\"; yamabiko jobs lists them\n", err());
    assertEquals(0, ask("jobs"));
    assertEquals("no jobs\n", out());
  }

  @Test
  void shouldSayOfAnotherServersPortThatItIsOne() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      Thread closing =
          new Thread(
              () -> {
                try {
                  while (true) {
                    mute.accept().close();
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      closing.start();
      assertEquals(1, run("jobs --server http://127.0.0.1:" + mute.getLocalPort()));
      assertTrue(
          err().contains("is it the port that workers join, and not that of --http-port?"), err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"status x-9", "cancel x-9", "resume x-9", "status ../etc"})
  void shouldCallAnUnknownJobTheUsersFault(String commandLine) {
    assertEquals(2, ask(commandLine + " --json"));
    assertTrue(out().startsWith("{\"status\":\"failed\",\"error\":\""), out());
    assertEquals(1, err().lines().count(), err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jobs", "status x-9", "cancel x-9", "workers", "submit good.conf"})
  void shouldNameAServerThatCannotBeReached(String commandLine) throws IOException {
    write("good.conf", SPIRALS);
    try (Socket silent = silent()) {
      assertEquals(1, run(commandLine + " --server http://127.0.0.1:" + silent.getLocalPort()));
      assertEquals(
          "yamabiko: the coordinator http://127.0.0.1:%d cannot be reached: nothing listens there\n"
              .formatted(silent.getLocalPort()),
          err());
    }
  }

  /** What has been sent may have had its effect, so it is not sent to the next one either. */
  @Test
  void shouldSayThatAChangeMayHaveBeenMadeWhereItsAnswerIsLost() throws Exception {
    try (ServerSocket dying = answering("")) {
      String urls = "http://127.0.0.1:%d,%s".formatted(dying.getLocalPort(), server.url());
      assertEquals(1, run("cancel x-9 --server " + urls));
      assertEquals(
          "yamabiko: the coordinator http://127.0.0.1:%d has not answered (the connection broke off) and may have done what was asked all the same, unless this is the port that workers join, and not that of --http-port, or its address is one with https://; look before you ask again: yamabiko jobs --server %s\n"
              .formatted(dying.getLocalPort(), urls),
          err());
    }
  }

  /** The second is what a port with TLS says to plain text. */
  @ParameterizedTest
  @ValueSource(strings = {"AKKA", "\25\3\3\0\2\2\106", "hello\r\n\r\n", "[]", "HTTQ"})
  void shouldKnowThatNothingIsChangedWhereNoHttpIsSpoken(String answer) throws Exception {
    try (ServerSocket other = answering(answer)) {
      assertEquals(1, run("cancel x-9 --server http://127.0.0.1:" + other.getLocalPort()));
      assertEquals(
          "yamabiko: the coordinator http://127.0.0.1:%d cannot be reached: what listens there does not speak HTTP; is it the port that workers join, and not that of --http-port? or is its address one with https://?\n"
              .formatted(other.getLocalPort()),
          err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HT", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-L"})
  void shouldTakeTheBeginningOfAnAnswerForACoordinatorsThatDies(String answer) throws Exception {
    try (ServerSocket dying = answering(answer)) {
      assertEquals(1, run("cancel x-9 --server http://127.0.0.1:" + dying.getLocalPort()));
      assertTrue(err().contains(" may have done what was asked all the same; look before"), err());
    }
  }

  /** Has a port that nothing listens at and nobody else is given. */
  private static Socket silent() throws IOException {
    Socket bound = new Socket();
    bound.bind(new InetSocketAddress("127.0.0.1", 0));
    return bound;
  }

  /** Reads a request, says this and no more. */
  private static ServerSocket answering(String answer) throws IOException {
    ServerSocket port = new ServerSocket(0);
    new Thread(
            () -> {
              try (Socket connection = port.accept()) {
                connection.getInputStream().read(new byte[1 << 16]);
                connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
              } catch (IOException e) {
                // The command fails by that as well.
              }
            })
        .start();
    return port;
  }

  @Test
  void shouldAskTheNextOfSeveralServersWhereTheFirstDoesNotAnswer() throws IOException {
    write("table.conf", TABLE);
    write("table.csv", "x,y\n1,2\n2,4\n3,6\n");
    try (Socket silent = silent()) {
      String both =
          " --server http://127.0.0.1:%d,%s".formatted(silent.getLocalPort(), server.url());
      assertEquals(0, run("submit table.conf" + both), err());
      assertEquals("table-1\n", out());
      assertEquals(0, run("jobs" + both), err());
      server.close();
      assertEquals(1, run("jobs" + both));
      assertTrue(err().contains(server.url() + " cannot be reached"), err());
    }
  }

  @Test
  void shouldRefuseWhatIsNoServersUrl() {
    assertEquals(2, run("jobs --server localhost:8080"));
    assertEquals(
        "yamabiko: --server expects a URL as http://127.0.0.1:8080 but got localhost:8080\n",
        err());
    assertEquals(2, run("jobs --server http://127.0.0.1:8080,localhost:8081"));
    assertTrue(err().contains("but got localhost:8081"), err());
    assertEquals(2, run("jobs --server http://127.0.0.1:99999"));
    assertTrue(err().contains("but got http://127.0.0.1:99999"), err());
    assertEquals(2, run("jobs --server http://127.0.0.1:8080#jobs"));
    assertTrue(err().contains("but got http://127.0.0.1:8080#jobs"), err());
  }
}
