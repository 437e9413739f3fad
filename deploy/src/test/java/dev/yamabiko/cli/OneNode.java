package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a job gives without a cluster: what the command {@code train} says. */
public final class OneNode {

  private OneNode() {}

  /**
   * @param directory empty, for the run
   * @return the result's {@code weights_sha256}
   */
  public static String weights(String job, Path directory) throws IOException {
    Files.writeString(directory.resolve("job.conf"), job);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            new String[] {"train", "job.conf", "--workers", "2", "--out", "run", "--json"},
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    return weights(out.toString(StandardCharsets.UTF_8).strip());
  }

  /** Of a result as JSON. */
  public static String weights(String result) throws IOException {
    return new JsonMapper().readTree(result).required("weights_sha256").asText();
  }
}
