package dev.yamabiko.cli.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} is what the nodes read; rewritten with {@code -Dgolden.write=true}.
 */
class ConfigurationReferenceTest {

  private static final Path FILE = Path.of("../docs/configuration.md");

  @Test
  void shouldBeWhatTheNodesRead() throws IOException {
    String expected = ConfigurationReference.markdown(NodeReference.get());
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(FILE, expected);
    }
    assertEquals(
        expected,
        Files.readString(FILE),
        "docs/configuration.md is stale: -Dgolden.write=true renews it");
  }

  /** A section that belongs to no node would be documented and never read. */
  @Test
  void shouldHaveNoSectionThatNoNodeReads() {
    Set<String> read = new TreeSet<>();
    Stream.of(NodeKind.values()).map(NodeKind::sections).forEach(read::addAll);
    assertEquals(
        read,
        new TreeSet<>(
            NodeReference.get().sections().stream().map(NodeReference.Section::name).toList()));
  }

  @Test
  void shouldTellTheSectionsInTheFilesOrder() {
    assertEquals(
        List.of("Every node", "Coordinator", "Worker and parameters", "Worker", "Parameters"),
        NodeReference.get().sections().stream().map(NodeReference.Section::title).toList());
  }
}
