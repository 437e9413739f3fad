package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.Checkpoint.Position;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsFileTest {

  @TempDir private Path directory;

  private Path path;

  @BeforeEach
  void name() {
    path = directory.resolve("metrics.jsonl");
  }

  /** Steps 0 to 5 in epochs of two, each epoch with its own line. */
  private static final String LINES =
      """
      {"step":0,"epoch":0,"train_loss":1.5}
      {"step":1,"epoch":0,"train_loss":1.4}
      {"epoch":0,"steps":2,"train_loss":1.45}
      {"step":2,"epoch":1,"train_loss":1.3}
      {"step":3,"epoch":1,"train_loss":1.2}
      {"epoch":1,"steps":4,"train_loss":1.25}
      {"step":4,"epoch":2,"train_loss":1.1}
      {"step":5,"epoch":2,"train_loss":1.0}
      """;

  private static Position at(long step, int epochs, int rollbacks) {
    return new Position(step, epochs, 0, Optional.empty(), rollbacks);
  }

  private long cutBack(String content, Position position) throws IOException {
    Files.writeString(path, content);
    try (MetricsFile file = MetricsFile.open(path)) {
      return file.cutBack(position);
    }
  }

  private static String first(int lines) {
    return LINES.lines().limit(lines).map(line -> line + "\n").reduce("", String::concat);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,0", "1,0,1", "2,0,2", "2,1,3", "3,1,4", "4,1,5", "4,2,6", "5,2,7", "6,2,8", "9,3,8"
  })
  void shouldKeepTheLinesUpToAPosition(long step, int epochs, int lines) throws IOException {
    assertEquals(Math.min(step, 6), cutBack(LINES, at(step, epochs, 0)));
    assertEquals(first(lines), Files.readString(path));
  }

  @Test
  void shouldKeepTheLinesOfRollbacksThatHaveHappened() throws IOException {
    String back =
        "{\"rollback\":1,\"diverged_step\":3,\"to_step\":2,\"learning_rate_scale\":0.5}\n";
    String content = first(3) + back + LINES.substring(first(3).length());
    cutBack(content, at(3, 1, 1));
    assertEquals(
        first(3) + back + "{\"step\":2,\"epoch\":1,\"train_loss\":1.3}\n", Files.readString(path));
    cutBack(content, at(2, 1, 0));
    assertEquals(first(3), Files.readString(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"step\":4,\"epoch\":2,\"train_lo",
        "{\"step\":4,\"epoch\":2,\"train_loss\":1.1}",
        "{",
        "\0\0\0\0\0\0\0\n",
        "{\"step\":4,\"epoch\":2,\"train_lo{\"step\":5,\"epoch\":2}\n",
        "\n",
        "17\n",
        "[]\n",
        "{}\n"
      })
  void shouldCutOffATornLineAndWhatIsBehindIt(String torn) throws IOException {
    assertEquals(4, cutBack(first(6) + torn, at(100, 100, 100)));
    assertEquals(first(6), Files.readString(path));
    assertEquals(4, cutBack(first(6) + torn + "{\"step\":5,\"epoch\":2}\n", at(100, 100, 100)));
    assertEquals(first(6), Files.readString(path));
  }

  @Test
  void shouldCutAFileBackThatIsTornAnywhere() throws IOException {
    for (int length = 0; length < LINES.length(); length++) {
      String torn = LINES.substring(0, length);
      cutBack(torn, at(6, 3, 0));
      assertEquals(torn.substring(0, torn.lastIndexOf('\n') + 1), Files.readString(path));
    }
  }

  @Test
  void shouldGoOnWritingWhereItWasCut() throws IOException {
    Files.writeString(path, first(7));
    try (MetricsFile file = MetricsFile.open(path)) {
      file.write("{\"step\":5,\"epoch\":2,\"train_loss\":1.0}");
      file.cutBack(at(3, 1, 0));
      file.write("{\"step\":3}");
      file.force();
      assertEquals(first(4) + "{\"step\":3}\n", Files.readString(path));
      file.write("{\"step\":4}");
    }
    assertEquals(first(4) + "{\"step\":3}\n{\"step\":4}\n", Files.readString(path));
  }

  @Test
  void shouldAppendToWhatIsThere() throws IOException {
    Files.writeString(path, first(2));
    try (MetricsFile file = MetricsFile.open(path)) {
      file.write("{\"é\":1}");
    }
    assertEquals(first(2) + "{\"é\":1}\n", Files.readString(path));
  }

  @Test
  void shouldWriteMoreThanItsBufferHolds() throws IOException {
    StringBuilder all = new StringBuilder();
    try (MetricsFile file = MetricsFile.open(path)) {
      for (int i = 0; i < 5000; i++) {
        String line = "{\"step\":%d,\"epoch\":0,\"text\":\"%s\"}".formatted(i, "x".repeat(i % 90));
        file.write(line);
        all.append(line).append('\n');
      }
      assertEquals(1234, file.cutBack(at(1234, 0, 0)));
    }
    String kept = Files.readString(path);
    assertTrue(all.toString().startsWith(kept));
    assertEquals(1234, kept.lines().count());
  }

  @Test
  void shouldBeHeldByOneRunAtATimeWhateverThePathsName() throws IOException {
    Path other = Files.createDirectory(directory.resolve("x")).resolve("../metrics.jsonl");
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    MetricsFile first = MetricsFile.open(path);
    for (Path again : new Path[] {path, other, link.resolve("metrics.jsonl")}) {
      assertThrows(FileAlreadyExistsException.class, () -> MetricsFile.open(again));
    }
    first.write("{\"step\":0}");
    first.close();
    try (MetricsFile second = MetricsFile.open(path)) {
      assertEquals(1, second.cutBack(at(1, 0, 0)));
    }
  }

  @Test
  void shouldBeRefusedWhereAnotherProcessHoldsIt() throws Exception {
    Path source = directory.resolve("Holder.java");
    Files.writeString(
        source,
        """
        import java.nio.channels.FileChannel;
        import java.nio.file.Path;
        import java.nio.file.StandardOpenOption;

        class Holder {
          public static void main(String[] args) throws Exception {
            try (FileChannel channel =
                FileChannel.open(
                    Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
              channel.lock();
              System.out.println("held");
              System.in.read();
            }
          }
        }
        """);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      InputStream out = holder.getInputStream();
      assertEquals("held", new String(out.readNBytes(4)));
      assertThrows(FileAlreadyExistsException.class, () -> MetricsFile.open(path));
      holder.getOutputStream().close();
      assertTrue(holder.waitFor(60, TimeUnit.SECONDS));
      MetricsFile.open(path).close();
    } finally {
      holder.destroyForcibly();
    }
  }

  @Test
  void shouldNotHoldAFileThatItCouldNotOpen() throws IOException {
    Files.createDirectory(path);
    assertThrows(IOException.class, () -> MetricsFile.open(path));
    Files.delete(path);
    MetricsFile.open(path).close();
  }

  @Test
  void shouldNoticeThatTheFileIsGone() throws IOException {
    MetricsFile file = MetricsFile.open(path);
    file.write("{\"step\":0}");
    Files.delete(path);
    assertThrows(FileNotFoundException.class, file::flush);
    assertThrows(FileNotFoundException.class, file::close);
    // Closed nevertheless: another run may begin.
    Files.writeString(path, "", StandardOpenOption.CREATE);
    MetricsFile.open(path).close();
  }
}
