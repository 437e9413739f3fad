package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.wire.UnusableAddressException;
import dev.yamabiko.worker.NodeSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class NodeCommandsTest {

  @TempDir Path working;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Interruption interruption = new Interruption(Duration.ZERO, code -> {});
  private final AtomicReference<CoordinatorSettings> coordinator = new AtomicReference<>();
  private final AtomicReference<NodeSettings> worker = new AtomicReference<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Optional<String> refusal = Optional.empty();
  private Optional<String> leader = Optional.empty();

  private int run(String commandLine) {
    Session session =
        new Session(
            new PrintStream(new ByteArrayOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            working,
            new Terminal(false, 80, true),
            false,
            interruption);
    return Main.run(
        commandLine.split(" "),
        session,
        new TrainCommand(session, SingleNode::run),
        new CoordinatorStartCommand(session, this::start),
        new WorkerStartCommand(session, this::make));
  }

  private CoordinatorStartCommand.Node start(CoordinatorSettings settings) throws IOException {
    coordinator.set(settings);
    if (settings.port() == 1) {
      throw new UnusableAddressException(
          "127.0.0.1", 1, "control messages", new IllegalStateException("taken"));
    } else if (settings.port() == 2) {
      throw new IOException("its data is in use");
    }
    return new CoordinatorStartCommand.Node() {
      @Override
      public int port() {
        return 2552;
      }

      @Override
      public InetSocketAddress httpAddress() {
        return new InetSocketAddress("127.0.0.1", 8081);
      }

      @Override
      public Optional<String> standsBy() {
        return leader;
      }

      @Override
      public CompletableFuture<String> ended() {
        return ended;
      }

      @Override
      public void close() {
        closed.complete(null);
      }
    };
  }

  private WorkerStartCommand.Node make(NodeSettings settings) {
    worker.set(settings);
    return new WorkerStartCommand.Node() {
      private final CompletableFuture<Void> left = new CompletableFuture<>();

      @Override
      public Optional<String> run() {
        if (refusal.isEmpty()) {
          CompletableFuture.anyOf(left, ended).join();
        }
        return refusal;
      }

      @Override
      public void leave() {
        left.complete(null);
      }
    };
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void awaitErr(String text) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!err().contains(text)) {
      assertTrue(System.nanoTime() - deadline < 0, "no \"" + text + "\" in: " + err());
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldCloseACoordinatorThatIsToldToEnd() throws Exception {
    CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> run("coordinator"));
    awaitErr("ready");
    assertTrue(
        err()
            .contains(
                "coordinator ready; jobs: http://127.0.0.1:8081; workers join with: yamabiko worker --coordinator 127.0.0.1:2552\n"),
        err());
    interruption.onSignal();
    assertEquals(0, code.get());
    assertTrue(closed.isDone());
    assertEquals(
        new CoordinatorSettings(
            "127.0.0.1",
            "127.0.0.1",
            2551,
            8080,
            0,
            working.resolve("yamabiko-data"),
            List.of(),
            20L << 30,
            20L << 30,
            false,
            HttpAccess.open()),
        coordinator.get());
  }

  @Test
  void shouldSayThatACoordinatorStandsBy() throws Exception {
    leader = Optional.of("http://127.0.0.1:8080");
    CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> run("coordinator"));
    awaitErr(
        "coordinator ready, stands by for the one at http://127.0.0.1:8080; jobs: http://127.0.0.1:");
    interruption.onSignal();
    assertEquals(0, code.get());
  }

  @ParameterizedTest
  @CsvSource({
    "'coordinator --data %s', --data",
    "'worker --coordinator h:1 --cache %s', --cache",
  })
  void shouldRefuseADirectoryThatCannotBeUsed(String command, String option) throws IOException {
    Path file = Files.writeString(working.resolve("afile"), "no directory");
    assertEquals(2, run(command.formatted(file)));
    assertEquals(
        "yamabiko: %s: cannot create the directory %s: %s is no directory\n"
            .formatted(option, file, file),
        err());
    err.reset();
    assertEquals(2, run(command.formatted("/proc/nope")));
    assertTrue(
        err().startsWith("yamabiko: " + option + ": cannot create the directory /proc/nope: "),
        err());
    assertEquals(1, err().lines().count(), err());
    assertEquals(null, coordinator.get());
    assertEquals(null, worker.get());
  }

  /** Ports 1 and 2 are those that this test's nodes cannot have. */
  @ParameterizedTest
  @ValueSource(strings = {"--port 1", "--port 2", "--tls none", "--tokens none"})
  void shouldLeaveNoDirectoryBehindWhereItDoesNotStart(String option) throws Exception {
    assertTrue(run("coordinator --data made/data " + option) > 0);
    assertFalse(Files.exists(working.resolve("made")), err());
    Path there = Files.createDirectories(working.resolve("there"));
    Path kept = Files.createFile(Files.createDirectory(there.resolve("data")).resolve("kept"));
    run("coordinator --data there/data " + option);
    run("coordinator --data there " + option);
    assertTrue(Files.exists(kept));
  }

  @Test
  void shouldLookForItsPortsBeforeItMakesAnything() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      for (String port : List.of("--port", "--http-port", "--bulk-port", "--health-port")) {
        Map<String, Integer> ports = new HashMap<>(Map.of("--port", 0, "--http-port", 0));
        ports.put(port, taken.getLocalPort());
        List<String> command = new ArrayList<>(List.of("coordinator", "--data", "real"));
        ports.forEach((option, number) -> command.addAll(List.of(option, number.toString())));
        Invocation refused = Invocation.of(working, command);
        assertEquals(2, refused.exitCode(), refused.err());
        assertTrue(refused.err().contains(" cannot be used for "), refused.err());
        assertTrue(refused.err().contains("in use"), refused.err());
        assertFalse(Files.exists(working.resolve("real")), port);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "coordinator --data new --port 1001 --http-port 1001, port and http-port but both are 1001",
    "coordinator --data new --bulk-port 8080, http-port and bulk-port but both are 8080",
    "coordinator --data new --health-port 2551, port and health-port but both are 2551",
    "parameters --coordinator h:1 --port 7 --bulk-port 7, port and bulk-port but both are 7",
    "worker --coordinator h:1 --cache new --port 7 --health-port 7, port and health-port but both are 7",
  })
  void shouldNotUseAPortTwice(String command, String message) {
    assertEquals(2, run(command));
    assertTrue(err().startsWith("yamabiko: expected a port each for " + message), err());
    assertFalse(Files.exists(working.resolve("new")));
    assertEquals(null, coordinator.get());
    assertEquals(null, worker.get());
  }

  @Test
  void shouldSayThatTheDiskIsFull() throws Exception {
    Path data = Files.createDirectory(working.resolve("full"));
    try (SmallDisk disk = SmallDisk.mount(data, 64)) {
      disk.fill();
      assertEquals(2, run("coordinator --data " + data));
    }
    assertEquals(
        "yamabiko: --data: cannot write to the directory " + data + ": No space left on device\n",
        err());
  }

  @Test
  void shouldRefuseAHostThatNobodyKnows() throws Exception {
    assertEquals(2, run("coordinator --data d --host 999.1.1.1"));
    Files.writeString(working.resolve("c.conf"), "host = 999.1.1.1");
    assertEquals(2, run("coordinator --data d --config c.conf"));
    assertTrue(err().contains("--host expects an address, or a name"), err());
    assertTrue(err().contains("c.conf:1: host expects an address, or a name"), err());
    assertEquals(null, coordinator.get());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "coordinator --host 10.0.0.5 --data d",
        "coordinator --config c.conf --data d",
        "worker --coordinator h:1 --host 10.0.0.5",
        "parameters --coordinator h:1 --host 10.0.0.5",
      })
  void shouldRefuseToTalkPlainTextBeyondThisMachine(String command) throws Exception {
    Files.writeString(working.resolve("c.conf"), "host = 10.0.0.5");
    assertEquals(2, run(command));
    assertEquals(1, err().lines().count(), err());
    assertTrue(err().contains("other machines can reach 10.0.0.5, and without TLS"), err());
    for (String way : List.of("--tls DIR", "yamabiko certs", "--insecure")) {
      assertTrue(err().contains(way), err());
    }
    assertEquals(null, coordinator.get());
    assertEquals(null, worker.get());
  }

  @Test
  void shouldTalkPlainTextBeyondThisMachineWhereItIsToldTo() throws Exception {
    Files.writeString(working.resolve("c.conf"), "host = 10.0.0.5, insecure = true");
    ended.complete("");
    run("coordinator --data d --host 10.0.0.5 --insecure");
    assertEquals("10.0.0.5", coordinator.getAndSet(null).host());
    run("coordinator --data d --config c.conf");
    assertEquals("10.0.0.5", coordinator.get().host());
    assertEquals(Optional.empty(), coordinator.get().tls());
    assertEquals(0, run("worker --coordinator h:1 --host 10.0.0.5 --insecure"), err());
    assertEquals(Optional.empty(), worker.get().tls());
  }

  @Test
  void shouldHaveTheApiListenElsewhere() throws Exception {
    Files.writeString(working.resolve("c.conf"), "http-host = 0.0.0.0");
    assertEquals(2, run("coordinator --data d --config c.conf"));
    assertTrue(err().contains("other machines can reach 0.0.0.0, and without TLS"), err());
    Files.writeString(working.resolve("c.conf"), "http-host = 999.1.1.1");
    assertEquals(2, run("coordinator --data d --config c.conf"));
    assertTrue(err().contains("c.conf:1: http-host expects an address, or a name"), err());
    assertEquals(null, coordinator.get());
    Files.writeString(working.resolve("c.conf"), "http-host = 0.0.0.0");
    ended.complete("");
    run("coordinator --data d --config c.conf --insecure");
    assertEquals("0.0.0.0", coordinator.get().httpHost());
    assertEquals("127.0.0.1", coordinator.get().host());
    assertTrue(err().contains("jobs: http://127.0.0.1:"), err());
  }

  @Test
  void shouldGiveNodesTheirCertificates() throws Exception {
    assertEquals(0, run("certs --node node --host 10.0.0.5"), err());
    Files.writeString(working.resolve("c.conf"), "host = 10.0.0.5, tls = certs/node");
    ended.complete("");
    for (String node :
        List.of("--config c.conf", "--tls certs/node", "--host 10.0.0.5 --tls certs/node")) {
      run("coordinator --data d " + node);
      CoordinatorSettings settings = coordinator.getAndSet(null);
      assertTrue(settings.tls().isPresent(), err());
    }
    assertEquals(0, run("worker --coordinator h:1 --host 10.0.0.6 --tls certs/node"), err());
    assertTrue(worker.get().tls().isPresent());
  }

  @Test
  void shouldSayWhatIsWrongWithCertificates() throws Exception {
    assertEquals(2, run("worker --coordinator h:1 --tls nowhere"));
    assertTrue(
        err().contains("nowhere: expected a directory with ca.crt, tls.crt and tls.key"), err());
    assertEquals(1, err().lines().count(), err());
    err.reset();
    assertEquals(0, run("certs --client person"), err());
    err.reset();
    assertEquals(2, run("coordinator --data d --tls certs/person"));
    assertTrue(err().contains("CN=person is not made for this use"), err());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void shouldFailWhenACoordinatorEndsByItself() {
    ended.complete("its log says why");
    assertEquals(1, run("coordinator --data d"));
    assertTrue(
        err().contains("yamabiko: the coordinator has ended by itself: its log says why\n"), err());
    assertTrue(closed.isDone());
  }

  @Test
  void shouldSayWhyACoordinatorDoesNotStart() {
    assertEquals(2, run("coordinator --port 1"));
    assertEquals("yamabiko: 127.0.0.1:1 cannot be used for control messages: taken\n", err());
    assertEquals(1, run("coordinator --port 2"));
    assertTrue(err().endsWith("yamabiko: its data is in use\n"), err());
  }

  @Test
  void shouldSayWhichPortAParametersNodeCannotHave() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertEquals(2, run("parameters --coordinator h:1 --bulk-port " + port));
      assertTrue(
          err()
              .matches(
                  "yamabiko: 127.0.0.1:%d cannot be used for weights and gradients: .*in use.*\n"
                      .formatted(port)),
          err());
    }
  }

  @Test
  void shouldPreferTheCommandLineToTheFile() throws Exception {
    Files.createDirectory(working.resolve("sets"));
    Files.writeString(
        working.resolve("c.conf"),
        """
        host = 10.0.0.5, port = 1000, http-port = 1001, bulk-port = 1002
        data = there, data-roots = [sets], upload-bytes = 2 GiB, dataset-bytes = 5
        allow-other-fingerprints = true, insecure = true
        """);
    ended.complete(null);
    run("coordinator --config c.conf --http-port 0 --data here");
    assertEquals(
        new CoordinatorSettings(
            "10.0.0.5",
            "10.0.0.5",
            1000,
            0,
            1002,
            working.resolve("here"),
            List.of(working.resolve("sets")),
            2L << 30,
            5,
            true,
            HttpAccess.open()),
        coordinator.get());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot = 1                | c.conf:1: prot: unknown key; did you mean \"port\"?",
        "port = 70000            | c.conf:1: port: expected a port from 0 to 65535 but found 70000",
        "port = many             | c.conf:1: port: expected a port from 0 to 65535 but found \"many\"",
        "data-roots = [/no/such] | c.conf:1: data-roots: expected directories but found /no/such, which is none",
        "port = [                | c.conf:1: not valid HOCON: "
      })
  void shouldNameWhatIsWrongInTheFile(String text, String expected) throws Exception {
    Files.writeString(working.resolve("c.conf"), text);
    assertEquals(2, run("coordinator --config c.conf"));
    assertTrue(err().contains(expected), err());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void shouldShowNothingOfAFileThatIsNoText() throws Exception {
    Files.write(working.resolve("c.conf"), new byte[] {'h', 'o', 's', 't', 27, '[', (byte) 0x9B});
    assertEquals(2, run("coordinator --config c.conf"));
    assertEquals(
        "yamabiko: %s:1: expected UTF-8 text but found other bytes\n"
            .formatted(working.resolve("c.conf")),
        err());
    Files.writeString(working.resolve("c.conf"), "\u001b\u009b31m = 1");
    assertEquals(2, run("coordinator --config c.conf"));
    assertTrue(err().strip().chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "coordinator --port 70000 | --port expects a port from 0 to 65535 but got 70000",
        "coordinator --config no.conf | no.conf: no such file",
        "worker | Missing required option: '--coordinator=HOST:PORT'",
        "worker --coordinator here | --coordinator expects HOST:PORT or dns:NAME but got here",
        "worker --coordinator :2551 | --coordinator expects HOST:PORT or dns:NAME but got :2551",
        "worker --coordinator h:1,here | --coordinator expects HOST:PORT or dns:NAME but got here",
        "worker --coordinator h:0 | --coordinator expects HOST:PORT or dns:NAME but got h:0",
        "worker --coordinator h:1 --threads 0 | --threads expects a number from 1 to 1024 but got 0",
        "worker --coordinator h:1 --name a/b | --name expects",
        "parameters | Missing required option: '--coordinator=HOST:PORT'",
        "parameters --coordinator here | --coordinator expects HOST:PORT or dns:NAME but got here",
        "parameters --coordinator h:1 --bulk-port -1 | --bulk-port expects a port from 0 to 65535 but got -1"
      })
  void shouldRefuseWrongOptions(String commandLine, String expected) {
    assertEquals(2, run(commandLine));
    assertTrue(err().contains(expected), err());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void shouldLetAWorkerLeaveThatIsToldToEnd() throws Exception {
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () ->
                run(
                    "worker --coordinator 10.0.0.5:2551,[fd00::6]:2552 --threads 3 --cache c --name w"));
    awaitErr("joins 10.0.0.5:2551, [fd00::6]:2552 with 3 threads");
    interruption.onSignal();
    assertEquals(0, code.get());
    assertEquals(
        new NodeSettings(
            "w",
            List.of(
                new NodeSettings.Peer("10.0.0.5", 2551), new NodeSettings.Peer("[fd00::6]", 2552)),
            "127.0.0.1",
            0,
            3,
            working.resolve("c"),
            20L << 30),
        worker.get());
  }

  @Test
  void shouldTakeAWorkersSettingsFromAFile() throws Exception {
    Files.createDirectory(working.resolve("etc"));
    Files.writeString(
        working.resolve("etc/w.conf"),
        """
        coordinator = "10.0.0.5:2551, 10.0.0.6:2551", host = 10.0.0.7, port = 2561, insecure = true
        threads = 3, name = w, cache = kept, cache-bytes = 5 MiB
        """);
    ended.complete(null);
    assertEquals(0, run("worker --config etc/w.conf --threads 2 --port 0"), err());
    assertEquals(
        new NodeSettings(
            "w",
            List.of(
                new NodeSettings.Peer("10.0.0.5", 2551), new NodeSettings.Peer("10.0.0.6", 2551)),
            "10.0.0.7",
            0,
            2,
            working.resolve("etc/kept"),
            5L << 20),
        worker.get());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "worker | treads = 1 | w.conf:2: treads: unknown key; did you mean \"threads\"?",
        "worker | http-port = 1 | w.conf:2: http-port: unknown key",
        "worker | threads = many | w.conf:2: threads expects a number from 1 to 1024 but got many",
        "worker | name = a/b | w.conf:2: name expects at most 128 letters",
        "worker | port = 65536 | w.conf:2: port: expected a port from 0 to 65535 but found 65536",
        "worker | coordinator = here | w.conf:2: coordinator expects HOST:PORT or dns:NAME but got here",
        "worker | coordinator = \"\" | Missing required option: '--coordinator=HOST:PORT'",
        "parameters | cache = x | w.conf:2: cache: unknown key",
        "parameters | bulk-port = -1 | w.conf:2: bulk-port: expected a port from 0 to 65535 but found -1"
      })
  void shouldNameWhatIsWrongInTheFileOfAMember(String command, String text, String expected)
      throws Exception {
    Files.writeString(working.resolve("w.conf"), "coordinator = \"h:1\"\n" + text);
    assertEquals(2, run(command + " --config w.conf"));
    assertTrue(err().contains(expected), err());
    assertEquals(1, err().lines().count(), err());
    assertEquals(null, worker.get());
  }

  @Test
  void shouldGiveAWorkerANameOfItsOwn() {
    ended.complete(null);
    assertEquals(0, run("worker --coordinator h:1 --host 10.0.0.6 --insecure"), err());
    String pid = Long.toString(ProcessHandle.current().pid());
    assertTrue(worker.get().worker().matches("10\\.0\\.0\\.6-" + pid + "-[0-9a-f]{4}"));
    assertTrue(worker.get().cache().endsWith("worker"), worker.get().cache().toString());
  }

  @Test
  void shouldKeepAWorkersDatasetsWhereTrainKeepsThem() {
    NodeFile none = NodeFile.of(NodeKind.WORKER, Optional.empty(), working);
    assertEquals(
        Path.of("/caches/yamabiko/worker"),
        WorkerStartCommand.cache(none, Map.of("XDG_CACHE_HOME", "/caches")));
  }

  @Test
  void shouldCallAWorkerByTheNameOfItsMachine() throws Exception {
    ended.complete(null);
    String machine = InetAddress.getLocalHost().getHostName();
    assertEquals(0, run("worker --coordinator h:1 --host auto --insecure"), err());
    assertEquals(machine, worker.get().host());
    assertTrue(worker.get().worker().startsWith(machine + "-"), worker.get().worker());
  }

  @Test
  void shouldSayWhyAWorkerWasRefused() {
    refusal = Optional.of("its kernels give other bits");
    assertEquals(1, run("worker --coordinator h:1"));
    assertTrue(err().contains("refused this worker: its kernels give other bits"), err());
  }
}
