package dev.yamabiko.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandardErrorTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StandardError err = StandardError.of(out);

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldPassTextOnAsItIs() {
    err.print("epoch 1\r");
    err.println("yamabiko: ready ü");
    assertEquals("epoch 1\ryamabiko: ready ü\n", out());
  }

  @Test
  void shouldMakeAnObjectOfEachLine() throws IOException {
    err.asJson();
    err.print("yamabiko: rea");
    err.println("dy \u001b[1mü");
    err.println();
    err.complain("it failed");
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out().lines().toList()) {
      lines.add(new JsonMapper().readTree(line));
    }
    assertEquals(2, lines.size(), out());
    assertEquals("ready  [1mü", lines.get(0).required("message").asText());
    assertEquals("INFO", lines.get(0).required("level").asText());
    assertEquals("dev.yamabiko.cli", lines.get(0).required("logger").asText());
    assertEquals("it failed", lines.get(1).required("message").asText());
    assertEquals("ERROR", lines.get(1).required("level").asText());
    assertTrue(err.isJson());
  }
}
