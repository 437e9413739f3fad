package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node beyond loopback is not started but with certificates, or told that it needs none. */
class DocumentedNodesTest {

  private static final Pattern NODE =
      Pattern.compile("\\b(coordinator|worker|parameters) (?=.*--host )[^\n]*");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../README.md",
        "README.md",
        "../docs/operations.md",
        "../docs/security.md",
        "../docs/http.md",
        "../docs/commands.md"
      })
  void shouldShowNodesThatAreStarted(String document) throws Exception {
    String text = Files.readString(Path.of(document)).replaceAll(" \\\\\n +", " ");
    for (String line : text.lines().filter(line -> line.startsWith("$ ")).toList()) {
      Matcher node = NODE.matcher(line);
      if (!line.contains(" certs ") && node.find()) {
        assertTrue(line.contains("--tls ") || line.contains("--insecure"), line);
      }
    }
  }
}
