package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A job for containers, seven short steps an epoch, and what this JVM alone makes of it. */
final class ContainedJob {

  private ContainedJob() {}

  /**
   * @param workers as many as it waits for
   */
  static String text(int epochs, int workers) {
    return """
        name = contained
        seed = 6
        data.train { builtin { name = digits, examples = 400 } }
        data.validation { builtin { name = digits, examples = 200, seed = 7 } }
        model = [
          { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
          { dense { units = 64 } }, relu, { dense { units = 10 } }
        ]
        loss = softmax-cross-entropy
        optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
        batch-size = 64
        shards = 8
        epochs = %d
        workers.min = %d
        """
        .formatted(epochs, workers);
  }

  /** Leaves the job in {@code NAME.conf}. */
  static JsonNode singleNode(Path directory, String name, String job) throws IOException {
    Files.writeString(directory.resolve(name + ".conf"), job);
    return run(directory, "train", name + ".conf", "--json", "--workers", "1", "--out", name);
  }

  /** The command in this JVM; returns its JSON. */
  static JsonNode run(Path directory, String... arguments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    return new ObjectMapper().readTree(lines.get(lines.size() - 1));
  }

  static void assertSameRun(JsonNode expected, JsonNode result) {
    assertEquals("completed", result.path("status").asText(), result.toString());
    for (String field :
        List.of("weights_sha256", "data_sha256", "steps", "samples_applied", "ledger")) {
      assertTrue(expected.hasNonNull(field), field + ": " + expected);
      assertEquals(expected.get(field), result.get(field), field + ": " + result);
    }
  }
}
