package dev.yamabiko.data.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/** Test fixture: another JVM that holds a lock of a directory, shared, until it is killed. */
final class OtherProcess implements AutoCloseable {

  private final Process process;

  private OtherProcess(Process process) {
    this.process = process;
  }

  public static void main(String[] arguments) throws IOException {
    ContentLocks.Hold hold = ContentLocks.of(Path.of(arguments[0])).share(arguments[1]);
    System.out.println("holding");
    System.in.read(); // ends with the test's process, too
    hold.close();
  }

  static OtherProcess holding(Path directory, String lock) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                directory.toString(),
                lock)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader();
    assertEquals("holding", out.readLine());
    return new OtherProcess(process);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
