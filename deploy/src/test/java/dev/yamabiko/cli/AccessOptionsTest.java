package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.local.SingleNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** To whom a coordinator opens its API, by what it is told. */
class AccessOptionsTest {

  @TempDir private Path working;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicReference<CoordinatorSettings> started = new AtomicReference<>();

  private HttpAccess started(String commandLine) {
    Session session =
        new Session(
            new PrintStream(new ByteArrayOutputStream()),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            working,
            new Terminal(false, 80, true),
            false,
            new Interruption(Duration.ofSeconds(30), code -> {}));
    int code =
        Main.run(
            commandLine.split(" "),
            session,
            new TrainCommand(session, SingleNode::run),
            new CoordinatorStartCommand(
                session,
                settings -> {
                  started.set(settings);
                  throw new IOException("it has been seen");
                }),
            new WorkerStartCommand(session, ClusterNodes::worker));
    assertEquals(1, code, err.toString(StandardCharsets.UTF_8));
    return started.get().access();
  }

  private void write(String file, String name) throws IOException {
    TokensFiles.write(working.resolve(file), Token.of(name, Role.READ, "secret"));
  }

  private static String name(HttpAccess access) {
    return access.tokens().orElseThrow().find("secret").orElseThrow().name();
  }

  @Test
  void shouldBeOpenUnlessItIsToldOtherwise() {
    HttpAccess access = started("coordinator");
    assertEquals(HttpAccess.open(), access);
    assertTrue(access.isOpen());
  }

  @Test
  void shouldTakeTokensOfTheCommandLineBeforeThoseOfTheConfiguration() throws IOException {
    write("one.conf", "one");
    write("two.conf", "two");
    Files.writeString(
        working.resolve("coordinator.conf"),
        "tokens = two.conf, open-metrics = true, http-names = [ Yamabiko.example ]");
    HttpAccess configured = started("coordinator --config coordinator.conf");
    assertEquals("two", name(configured));
    assertTrue(configured.openMetrics());
    assertEquals(List.of("yamabiko.example"), configured.names());
    assertEquals("one", name(started("coordinator --config coordinator.conf --tokens one.conf")));
  }
}
