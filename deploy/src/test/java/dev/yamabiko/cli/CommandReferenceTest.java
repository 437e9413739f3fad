package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/commands.md} is what the commands say; rewritten with {@code -Dgolden.write=true}.
 */
class CommandReferenceTest {

  private static final Path FILE = Path.of("../docs/commands.md");

  @Test
  void shouldBeWhatTheCommandsSay() throws IOException {
    String expected = new CommandReference(CommandModel.all()).markdown();
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(FILE, expected);
    }
    assertEquals(
        expected,
        Files.readString(FILE),
        "docs/commands.md is stale: -Dgolden.write=true renews it");
  }
}
