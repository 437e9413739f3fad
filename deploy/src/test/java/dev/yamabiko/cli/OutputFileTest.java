package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.job.JobException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where {@code predict --out} may point besides a plain file. */
class OutputFileTest {

  @TempDir private Path directory;

  @BeforeEach
  void train() throws IOException {
    Files.writeString(directory.resolve("rows.csv"), "x,y\n1,2\n2,4\n3,6\n4,8\n");
    Files.writeString(
        directory.resolve("job.conf"),
        """
        data.train.csv { path = rows.csv, targets = [y] }
        model = [ { dense { units = 1 } } ]
        loss = half-squared-error, optimizer = sgd, batch-size = 2, epochs = 1
        """);
    assertEquals("", run("train", "job.conf", "--out", "run"));
    assertEquals("", predict("plain.csv"));
  }

  /** The error, if any. */
  private String run(String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    return code == 0 ? "" : code + " " + err.toString(StandardCharsets.UTF_8);
  }

  private String predict(String out) {
    return run("predict", "run", "--input", "rows.csv", "--out", out);
  }

  private String plain() throws IOException {
    return Files.readString(directory.resolve("plain.csv"));
  }

  @Test
  void shouldWriteTheFileThatALinkLeadsTo() throws IOException {
    Path kept = Files.createDirectory(directory.resolve("kept")).resolve("answers.csv");
    Files.writeString(kept, "old");
    Path link = Files.createSymbolicLink(directory.resolve("link.csv"), kept);
    assertEquals("", predict("link.csv"));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(plain(), Files.readString(kept));
  }

  @Test
  void shouldNotGetInTheWayOfAnotherThatWritesTheSameFile() throws IOException {
    OutputFile file = OutputFile.of(directory.resolve("two.csv"));
    file.write(
        part -> {
          Files.writeString(part, "one");
          file.write(other -> Files.writeString(other, "two"));
        });
    assertEquals("one", Files.readString(directory.resolve("two.csv")));
  }

  @Test
  void shouldRefuseALinkToNothing() throws IOException {
    Path link =
        Files.createSymbolicLink(directory.resolve("link.csv"), directory.resolve("nowhere"));
    String error = predict("link.csv");
    assertTrue(error.startsWith("2 "), error);
    assertTrue(error.contains("link to a file that does not exist"), error);
    assertTrue(Files.isSymbolicLink(link));
  }

  @Test
  void shouldComputeNoMoreThanSomebodyReads() throws IOException {
    Files.writeString(directory.resolve("many.csv"), "x\n" + "1\n".repeat(40_000));
    AtomicInteger written = new AtomicInteger();
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            written.incrementAndGet();
            throw new IOException("Broken pipe");
          }
        };
    String[] predict = {"predict", "run", "--input", "many.csv"};
    PrintStream out = new PrintStream(closed, true, StandardCharsets.UTF_8);
    // Main adds the word on it.
    assertEquals(0, Main.run(predict, out, System.err, directory));
    assertTrue(out.checkError());
    assertEquals(1, written.get());
  }

  @Test
  void shouldWriteToAPipeAndLeaveItWhereItIs() throws Exception {
    Path pipe = directory.resolve("pipe");
    assumeTrue(isMade(pipe), "this system makes no pipes");
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                return e.toString();
              }
            });
    assertEquals("", predict("pipe"));
    assertFalse(Files.isRegularFile(pipe));
    assertEquals(plain(), read.get(30, TimeUnit.SECONDS));
    assertEquals(List.of(), leftOver());
  }

  private static boolean isMade(Path pipe) throws InterruptedException {
    try {
      return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private List<String> leftOver() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".part")).toList();
    }
  }

  @Test
  void shouldRefuseTheInputUnderAnotherName() throws IOException {
    Path input = directory.resolve("rows.csv");
    Path link = Files.createSymbolicLink(directory.resolve("link.csv"), input);
    JobException refusal = assertThrows(JobException.class, () -> OutputFile.of(link, input));
    assertTrue(refusal.getMessage().contains("it is the input"), refusal.getMessage());
  }

  @Test
  void shouldRefuseAFolderThatTakesNoFileBeforeAllIsComputed() {
    Path processes = Path.of("/proc");
    assumeTrue(Files.isWritable(processes), "this system shows no processes, or not as writable");
    assertEquals(
        "2 yamabiko: --out /proc/x cannot be used: nothing can be made in /proc\n",
        predict("/proc/x"));
  }
}
