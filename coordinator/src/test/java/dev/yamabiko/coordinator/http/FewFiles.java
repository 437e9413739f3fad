package dev.yamabiko.coordinator.http;

import dev.yamabiko.coordinator.access.HttpAccess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The HTTP API in a process that may open few files, until its standard input is closed. */
final class FewFiles implements AutoCloseable {

  private final Process process;
  private final int port;

  private FewFiles(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static FewFiles start(int files, Path data) throws IOException {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -n " + files + " && exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FewFiles.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader says =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    return new FewFiles(process, Integer.parseInt(says.readLine()));
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  public static void main(String[] args) throws Exception {
    String patient = "yamabiko.http.quiet-timeout = 1 h";
    try (Api api = new Api(Path.of(args[0]), List.of(), 1 << 20, HttpAccess.open(), patient)) {
      System.out.println(api.port());
      System.in.read();
    }
  }
}
