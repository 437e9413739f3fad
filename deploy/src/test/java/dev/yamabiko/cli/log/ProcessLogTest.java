package dev.yamabiko.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.cli.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ProcessLogTest {

  @TempDir Path directory;
  private final LoggerContext context = new LoggerContext();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  @BeforeEach
  void configure() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    TextLog.set(context, null);
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private Logger logTo(Path file, LogFormat format, long bytes) {
    LogSettings settings = new LogSettings(format, Optional.of(file), bytes, 1 << 20);
    ProcessLog.set(context, settings, complaints::add);
    return context.getLogger("dev.yamabiko.Some");
  }

  @Test
  void shouldWriteToAFileInsteadOfStandardError() throws IOException {
    Path file = directory.resolve("node.log");
    logTo(file, LogFormat.TEXT, 1 << 20).warn("left job={}", "digits-1");
    List<String> lines = Files.readAllLines(file);
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(
        lines
            .get(0)
            .matches(
                "\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z WARN  \\[.*] dev.yamabiko.Some left job=digits-1"),
        lines.get(0));
    assertEquals(1, count(context.getLogger(Logger.ROOT_LOGGER_NAME)));
    logTo(file, LogFormat.JSON, 1 << 20).warn("left job={}", "digits-2");
    String last = Files.readAllLines(file).get(1);
    assertEquals("digits-2", new JsonMapper().readTree(last).required("job").asText());
  }

  private static int count(Logger root) {
    int[] appenders = {0};
    root.iteratorForAppenders().forEachRemaining(appender -> appenders[0]++);
    return appenders[0];
  }

  @Test
  void shouldSayOnceThatItsFileCannotBeWrittenAndGoOn() throws IOException {
    Path at = Files.createDirectory(directory.resolve("small"));
    try (SmallDisk disk = SmallDisk.mount(at, 64)) {
      Path file = at.resolve("node.log");
      Logger logger = logTo(file, LogFormat.TEXT, 1 << 20);
      disk.fill();
      for (int i = 0; i < 100; i++) {
        logger.warn("x".repeat(500));
      }
      assertEquals(
          List.of(
              "the log file %s cannot be written: No space left on device; until it can, what is logged is lost"
                  .formatted(file)),
          complaints);
      disk.free();
      long deadline = System.nanoTime() + 120_000_000_000L;
      while (!Files.readString(file).contains("again")) {
        logger.warn("again");
        assertTrue(System.nanoTime() < deadline, "nothing is written again");
        Thread.onSpinWait();
      }
      assertEquals(1, complaints.size(), complaints.toString());
    }
  }

  /** Logging goes on in a new file, so it is not that one which cannot be written. */
  @Test
  void shouldSayThatLinesAreLostWhichItCannotPutAside() throws IOException {
    Path at = Files.createDirectory(directory.resolve("small"));
    try (SmallDisk disk = SmallDisk.mount(at, 256)) {
      Path file = at.resolve("node.log");
      Logger logger = logTo(file, LogFormat.TEXT, 100_000);
      Random random = new Random(7);
      while (Files.size(file) <= 100_000) {
        logger.warn(HexFormat.of().formatHex(bytes(random)));
      }
      disk.fill();
      long deadline = System.nanoTime() + 120_000_000_000L;
      while (complaints.stream().noneMatch(complaint -> complaint.contains("put aside"))) {
        logger.warn("more");
        assertTrue(System.nanoTime() < deadline, complaints.toString());
        Thread.onSpinWait();
      }
      String expected =
          "the log file %s cannot be put aside as a whole: No space left on device; the rest of it is lost";
      assertEquals(
          1, complaints.stream().filter(expected.formatted(file)::equals).count(), complaints + "");
    }
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[500];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void shouldPutAFullFileAside() throws IOException, InterruptedException {
    Path file = directory.resolve("node.log");
    Logger logger = logTo(file, LogFormat.TEXT, 2_000);
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (aside().stream().noneMatch(name -> name.endsWith(".gz"))) {
      logger.warn("x".repeat(500));
      assertTrue(System.nanoTime() < deadline, () -> "nothing was put aside: " + complaints);
      // Faster than Logback compresses, it would put thousands of files aside.
      Thread.sleep(10);
    }
    logger.warn("after");
    assertTrue(Files.readString(file).endsWith(" after\n"));
  }

  private List<String> aside() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("node.log"))
          .toList();
    }
  }

  @Test
  void shouldShowFewLinesOfMessagesThatCannotBeRead() throws IOException {
    Path file = directory.resolve("node.log");
    logTo(file, LogFormat.TEXT, 1 << 20).warn("left job={}", "digits-1");
    Logger artery = context.getLogger("akka.remote.artery.Deserializer");
    for (int i = 0; i < 100; i++) {
      artery.error("Failed " + i, new IOException("ended\nunexpectedly"));
    }
    List<String> lines = Files.readAllLines(file);
    assertEquals(6, lines.size(), lines.toString());
    assertTrue(
        lines.get(1).endsWith("ArteryLog Failed 0: java.io.IOException: ended unexpectedly"),
        lines.get(1));
  }

  @Test
  void shouldShowOnceThatActorSystemsEndForOneReason() throws IOException {
    Path file = directory.resolve("node.log");
    logTo(file, LogFormat.TEXT, 1 << 20);
    Logger artery = context.getLogger("akka.remote.artery.Association");
    for (int port : List.of(1, 1, 1, 2)) {
      artery.error("stream to [{}] failed. Terminating system. Unexpected bytes", port);
    }
    artery.error("stream to [1] failed. Restarting it.");
    List<String> lines = Files.readAllLines(file);
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(1).contains("stream to [2]"), lines.get(1));
  }

  @Test
  void shouldShowErrorsOfArterysStreamsWhereOnlyErrorsAreWanted() throws IOException {
    Path file = directory.resolve("node.log");
    logTo(file, LogFormat.TEXT, 1 << 20);
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
    context.getLogger("akka.remote.artery.Deserializer").warn("Failed");
    context
        .getLogger("akka.actor.RepointableActorRef")
        .error("Error in stage [akka.remote.artery.X]", new IOException());
    List<String> lines = Files.readAllLines(file);
    assertEquals(1, lines.size(), lines.toString());
    assertTrue(
        lines.get(0).contains("ERROR") && lines.get(0).contains("Error in stage"), lines.get(0));
  }

  @Test
  void shouldNotShowWhatTheOwnEndBreaksOff() throws Exception {
    Path file = directory.resolve("node.log");
    logTo(file, LogFormat.TEXT, 1 << 20);
    Class<?> ending = Class.forName("akka.remote.artery.ArteryTransport$ShuttingDown$");
    Throwable end = (Throwable) ending.getField("MODULE$").get(null);
    context.getLogger("akka.dispatch.Dispatcher").error(end.getMessage(), end);
    context.getLogger("akka.dispatch.Dispatcher").error("null", end);
    assertEquals(List.of(), Files.readAllLines(file));
  }
}
