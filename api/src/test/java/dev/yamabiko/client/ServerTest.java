package dev.yamabiko.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** With a coordinator that stops in the middle of what it says. */
@Timeout(180)
class ServerTest {

  private static final Duration SOON = Duration.ofMillis(300);
  private static final Server.Deadlines SHORT = new Server.Deadlines(SOON, SOON, SOON);
  private static final byte[] HALF = "{\"half\": ".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  private final CountDownLatch end = new CountDownLatch(1);
  private final CountDownLatch stalled = new CountDownLatch(2);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer stalling;

  @BeforeEach
  void start() throws IOException {
    stalling = http("/", this::stall);
  }

  @AfterEach
  void stop() {
    end.countDown();
    stalling.stop(0);
    threads.shutdownNow();
  }

  private HttpServer http(String path, com.sun.net.httpserver.HttpHandler handler)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(path, handler);
    server.setExecutor(threads);
    server.start();
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Says half of what it announces, or nothing to an upload, of which it takes nothing either. */
  private void stall(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("PUT")) {
      int status = exchange.getRequestURI().getPath().contains("refused") ? 404 : 200;
      exchange.sendResponseHeaders(status, 2L * HALF.length);
      exchange.getResponseBody().write(HALF);
      exchange.getResponseBody().flush();
    }
    stalled.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Server impatient() {
    return new Server(url(stalling), "connect", SHORT);
  }

  /** The beginning of an answer may take its time. */
  private Server impatientWithSilence() {
    Duration whole = Duration.ofSeconds(30);
    return new Server(url(stalling), "connect", new Server.Deadlines(whole, whole, SOON));
  }

  /** JSON, but no object, from something that is no coordinator. */
  @Test
  void shouldRefuseAnAnswerOfNull() throws IOException {
    byte[] nothing = "null".getBytes(StandardCharsets.UTF_8);
    HttpServer foreign =
        http(
            "/",
            exchange -> {
              int status = exchange.getRequestURI().getPath().contains("refused") ? 404 : 200;
              exchange.sendResponseHeaders(status, nothing.length);
              exchange.getResponseBody().write(nothing);
              exchange.close();
            });
    try (Server server = Server.of(url(foreign), "connect")) {
      String message =
          url(foreign) + " is no coordinator, or not one of this version: it answers with ";
      assertEquals(
          message + "something else than JSON",
          assertThrows(ServerException.class, () -> server.get("/x", "id")).getMessage());
      assertEquals(
          message + "HTTP status 404",
          assertThrows(ServerException.class, () -> server.get("/refused")).getMessage());
    } finally {
      foreign.stop(0);
    }
  }

  @Test
  void shouldGiveUpAnAnswerThatStops() {
    try (Server server = impatient()) {
      String message =
          "the coordinator %s cannot be reached: no answer in time".formatted(url(stalling));
      assertEquals(
          message, assertThrows(ServerException.class, () -> server.get("/x")).getMessage());
      assertEquals(
          message,
          assertThrows(ServerException.class, () -> server.events("refused", 0)).getMessage());
      assertTrue(
          assertThrows(ServerException.class, () -> server.post("/x"))
              .getMessage()
              .contains("has not answered (in time) and may have done"));
      assertThrows(
          ExecutionException.class, () -> server.askForState("x").get(40, TimeUnit.SECONDS));
    }
  }

  @Tag("soak")
  @Test
  void shouldGiveUpADownloadThatFallsSilentAndAnUploadThatNobodyTakes() throws Exception {
    try (Server server = impatientWithSilence()) {
      Path file = directory.resolve("part");
      IOException silent = assertThrows(IOException.class, () -> server.download("/x", file));
      assertTrue(silent.getMessage().startsWith("nothing more has come for"), silent.getMessage());
      assertArrayEquals(HALF, Files.readAllBytes(file));
      // More than sockets hold.
      Path large = Files.write(directory.resolve("large"), new byte[24 << 20]);
      assertThrows(ServerException.class, () -> server.upload("ab", large));
    }
  }

  @Test
  void shouldEndAtOnceWhenItIsClosed() throws Exception {
    Server server = Server.of(url(stalling), "connect");
    Future<String> question = threads.submit(() -> server.get("/x"));
    Future<?> download =
        threads.submit(
            () -> {
              server.download("/x", directory.resolve("part"));
              return null;
            });
    CompletableFuture<Void> made = new CompletableFuture<>();
    server.cancelWhenClosed(made);
    stalled.await();
    server.close();
    assertTrue(made.isCancelled());
    ExecutionException asked = assertThrows(ExecutionException.class, question::get);
    assertEquals(
        "the connection to the coordinator %s was closed before it answered"
            .formatted(url(stalling)),
        asked.getCause().getMessage());
    assertThrows(ExecutionException.class, download::get);
    assertThrows(ServerException.class, () -> server.get("/x"));
    assertTrue(server.isClosed());
    CompletableFuture<Void> late = new CompletableFuture<>();
    server.cancelWhenClosed(late);
    assertTrue(late.isCancelled());
  }

  @Test
  void shouldSayThatWhatIsGivenUpMayHaveHadItsEffect() throws Exception {
    String doubt =
        "; it may have done what was asked all the same: look before you ask again: yamabiko jobs --server "
            + url(stalling);
    Server server = Server.of(url(stalling), "connect");
    Future<String> cancel = threads.submit(() -> server.post("/x"));
    CompletableFuture<String> interrupted = new CompletableFuture<>();
    Thread submit =
        new Thread(
            () ->
                interrupted.complete(
                    assertThrows(ServerException.class, () -> server.submit("epochs = 1"))
                        .getMessage()));
    submit.start();
    stalled.await();
    submit.interrupt();
    assertEquals(
        "interrupted while waiting for " + url(stalling) + doubt,
        interrupted.get(40, TimeUnit.SECONDS));
    server.close();
    assertEquals(
        "the connection to the coordinator %s was closed before it answered%s"
            .formatted(url(stalling), doubt),
        assertThrows(ExecutionException.class, cancel::get).getCause().getMessage());
    String late = assertThrows(ServerException.class, () -> server.post("/x")).getMessage();
    assertTrue(late.endsWith("was closed before it answered"), late);
  }

  @Test
  void shouldAskForAJobWhateverItsIdLooksLike() {
    assertEquals("/api/v1/jobs/a%20b%2Bc%2Fd/cancel", Server.job("a b+c/d", "cancel"));
  }

  @Test
  void shouldKnowAServerThatIsNoCoordinatorByItsAnswers() throws Exception {
    HttpServer page = saying("<html>Welcome</html>");
    try (Server server = Server.of(url(page), "connect")) {
      String what = "something else than JSON";
      assertForeign(server, what, server::workers);
      assertForeign(server, what, server::jobs);
      assertForeign(server, what, () -> server.post(Server.job("a-1", "cancel")));
      assertForeign(server, what, () -> server.submit("epochs = 1"));
      ExecutionException asked =
          assertThrows(ExecutionException.class, () -> server.askForWorkers().get());
      assertForeign(
          server,
          what,
          () -> {
            throw asked.getCause();
          });
      assertEquals("<html>Welcome</html>", server.file("a-1"));
    } finally {
      page.stop(0);
    }
  }

  @Test
  void shouldBelieveNoEmptyObject() throws Exception {
    HttpServer empty = saying("{}");
    try (Server server = Server.of(url(empty), "connect")) {
      assertForeign(server, "JSON without \"workers\"", server::workers);
      assertForeign(server, "JSON without \"jobs\"", server::jobs);
      assertForeign(server, "JSON without \"jobs\"", () -> server.jobs(Set.of("a-1")));
      assertForeign(server, "JSON without \"id\"", () -> server.state("a-1"));
      assertForeign(server, "JSON without \"id\"", () -> server.post(Server.job("a-1", "cancel")));
      assertForeign(server, "JSON without \"id\"", () -> server.submit("epochs = 1"));
      assertThrows(ExecutionException.class, () -> server.askForState("a-1").get());
    } finally {
      empty.stop(0);
    }
  }

  private HttpServer saying(String text) throws IOException {
    return http(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          answer(exchange, text);
        });
  }

  private static void assertForeign(Server server, String what, Executable asks) {
    assertEquals(
        "%s is no coordinator, or not one of this version: it answers with %s"
            .formatted(server.url(), what),
        assertThrows(ServerException.class, asks).getMessage());
  }

  @Test
  void shouldTellAHostThatNobodyKnowsFromOneOnWhichNothingListens() {
    // Longer than a label of a name may be: nobody else need be asked.
    String node = "http://" + "n".repeat(64) + ":8080";
    try (Server server = Server.of(node, "connect")) {
      assertEquals(
          "the coordinator " + node + " cannot be reached: no host of this name is known",
          assertThrows(ServerException.class, () -> server.get("/x")).getMessage());
    }
  }

  /** Many that find one node failing at once do not leave out the next. */
  @Test
  void shouldTurnToTheNextNodeWithManyThreads() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    HttpServer second = http("/", exchange -> answer(exchange, "{}"));
    HttpServer third =
        http(
            "/",
            exchange -> {
              asked.incrementAndGet();
              answer(exchange, "{}");
            });
    // Nothing listens at a port that is only bound, and nobody else is given it.
    Socket silent = new Socket();
    silent.bind(new InetSocketAddress("127.0.0.1", 0));
    String first = "http://127.0.0.1:" + silent.getLocalPort();
    try (silent;
        Server server = Server.of(String.join(",", first, url(second), url(third)), "connect")) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        answers.add(threads.submit(() -> server.get("/x")));
      }
      for (Future<String> answer : answers) {
        assertEquals("{}", answer.get());
      }
      assertEquals(0, asked.get());
      assertEquals(url(second), server.url());
    } finally {
      second.stop(0);
      third.stop(0);
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, text.length());
    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
    exchange.close();
  }

  @Test
  void shouldTurnOnceForAllThatHaveFoundANodeFailing() {
    ServerAddresses nodes = ServerAddresses.of("http://a,http://b,http://c", "connect");
    nodes.turnFrom(0);
    nodes.turnFrom(0);
    assertEquals(1, nodes.current());
    nodes.turnFrom(1);
    nodes.turnFrom(2);
    assertEquals(0, nodes.current());
  }

  /** 100 events are there; the audience leaves at the first. */
  @Test
  void shouldTellNothingMoreToAFollowerThatHasDetached() throws Exception {
    StringBuilder events = new StringBuilder();
    for (int i = 1; i <= 100; i++) {
      events.append("id: %d\nevent: step\ndata: {}\n\n".formatted(i));
    }
    HttpServer telling = http("/", exchange -> answer(exchange, events.toString()));
    List<Long> heard = new ArrayList<>();
    try (Server server = Server.of(url(telling), "connect")) {
      Follower[] follower = new Follower[1];
      follower[0] =
          new Follower(
              server,
              "a-1",
              new Follower.Audience() {
                @Override
                public void on(ServerEvents.Event event) {
                  heard.add(event.number());
                  follower[0].detach();
                }

                @Override
                public void say(String text) {
                  throw new AssertionError(text);
                }
              },
              Follower.Patience.DEFAULT,
              System::nanoTime);
      assertTrue(follower[0].follow().isEmpty());
      assertEquals(List.of(1L), heard);
    } finally {
      telling.stop(0);
    }
  }

  @Test
  void shouldMakeNothingOfADateThatIsNone() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
        Server server = Server.of("http://127.0.0.1:" + listening.getLocalPort(), "--server")) {
      Thread answering =
          new Thread(
              () -> {
                try (Socket socket = listening.accept()) {
                  socket.getInputStream().read();
                  String answer = "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 0\r\n\r\n";
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // Then the client has no answer.
                }
              });
      answering.setDaemon(true);
      answering.start();
      assertEquals(Optional.empty(), server.time());
    }
  }
}
