package dev.yamabiko.cli.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.client.Server;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NodeFileTest {

  @TempDir Path working;

  private NodeFile read(NodeKind kind, String text) throws IOException {
    Path file = Files.createDirectories(working.resolve("etc")).resolve("node.conf");
    Files.writeString(file, text);
    return NodeFile.of(kind, Optional.of(Path.of("etc/node.conf")), working);
  }

  @Test
  void shouldFindPathsBesideTheFileAndDefaultsInTheWorkingDirectory() throws IOException {
    NodeFile file = read(NodeKind.COORDINATOR, "data-roots = [ sets, /srv ]");
    assertEquals(List.of(working.resolve("etc/sets"), Path.of("/srv")), file.paths("data-roots"));
    assertEquals(working.resolve("yamabiko-data"), file.path("data"));
    NodeFile other = read(NodeKind.COORDINATOR, "data = here");
    assertEquals(working.resolve("etc/here"), other.path("data"));
    assertTrue(other.holds("data"));
    assertFalse(other.holds("data-roots"));
  }

  @Test
  void shouldTakeBytesWithTheirUnit() throws IOException {
    NodeFile file = read(NodeKind.COORDINATOR, "upload-bytes = 3 MiB, dataset-bytes = 17");
    assertEquals(3L << 20, file.bytes("upload-bytes"));
    assertEquals(17, file.bytes("dataset-bytes"));
    assertEquals(100L << 20, file.bytes("log-file-bytes"));
    assertThrows(
        JobException.class,
        () -> read(NodeKind.COORDINATOR, "upload-bytes = -1").bytes("upload-bytes"));
  }

  @Test
  void shouldCutNoFractionOffAPort() {
    JobException e =
        assertThrows(
            JobException.class, () -> read(NodeKind.COORDINATOR, "port = 8080.7").port("port"));
    assertTrue(e.getMessage().endsWith("but found 8080.7"), e.getMessage());
  }

  @Test
  void shouldTakeADefaultForNull() throws IOException {
    assertEquals(2551, read(NodeKind.COORDINATOR, "port = null").port("port"));
    assertEquals(0, read(NodeKind.WORKER, "port = null").port("port"));
  }

  /** A program that talks to a coordinator knows where one is that was told nothing. */
  @Test
  void shouldServeWhereClientsLookByDefault() {
    NodeFile file = NodeFile.of(NodeKind.COORDINATOR, Optional.empty(), working);
    assertEquals(
        Server.DEFAULT, "http://%s:%d".formatted(file.text("host"), file.port("http-port")));
  }

  /** Also what is commented out in it: that is what people take the comment off of. */
  @ParameterizedTest
  @EnumSource
  void shouldKnowAllThatTheExamplesSay(NodeKind kind) throws IOException {
    Path example = Path.of("conf", kind + ".conf");
    String text = Files.readString(example);
    String all = text.lines().map(NodeFileTest::uncommented).collect(Collectors.joining("\n"));
    assertFalse(all.equals(text), "nothing is commented out in " + example);
    NodeFile file = read(kind, all);
    for (NodeReference.Key key : NodeReference.get().keys(kind)) {
      if (file.holds(key.name()) && key.name().endsWith("port")) {
        assertTrue(file.port(key.name()) > 0, key.name());
      } else if (file.holds(key.name()) && key.name().endsWith("bytes")) {
        assertEquals(20L << 30, file.bytes(key.name()), key.name());
      }
    }
    assertEquals("127.0.0.1", file.text("host"));
    assertEquals("json", file.text("log-format"));
  }

  private static String uncommented(String line) {
    return line.matches("# [a-z-]+ = .*") ? line.substring(2) : line;
  }
}
