package dev.yamabiko.cli.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The nodes of a cluster, by the commands that start them. */
public enum NodeKind {
  COORDINATOR("every", "coordinator"),
  WORKER("every", "member", "worker"),
  PARAMETERS("every", "member", "parameters");

  private final List<String> sections;

  NodeKind(String... sections) {
    this.sections = List.of(sections);
  }

  /** The one that the command line calls so. */
  public static Optional<NodeKind> of(String command) {
    return Arrays.stream(values()).filter(kind -> kind.toString().equals(command)).findFirst();
  }

  /** The sections of {@code nodes.conf} that hold its settings. */
  List<String> sections() {
    return sections;
  }

  /** As the command line says it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
