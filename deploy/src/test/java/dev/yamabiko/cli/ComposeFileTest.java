package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** The files of Compose say what the command takes, and have no engine make directories. */
class ComposeFileTest {

  /** Of what this puts in the place of the same in the file before, as Compose 2.24.4 has it. */
  private static final class Overriding extends SafeConstructor {
    final List<List<?>> overrides = new ArrayList<>();

    Overriding() {
      super(new LoaderOptions());
      yamlConstructors.put(
          new Tag("!override"),
          new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
              List<?> values = constructSequence((SequenceNode) node);
              overrides.add(values);
              return values;
            }
          });
    }
  }

  private final Overriding overriding = new Overriding();

  private Map<?, ?> services(String file) throws IOException {
    Map<?, ?> all = new Yaml(overriding).load(Files.readString(Path.of("docker", file)));
    return (Map<?, ?>) all.get("services");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.insecure.yaml"})
  void shouldStartNodesAsTheCommandCanBeStarted(String file) throws IOException {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
    Session session =
        new Session(
            nowhere,
            nowhere,
            Path.of("."),
            new Terminal(false, 80, true),
            false,
            new Interruption(Duration.ZERO, code -> {}));
    for (Object service : services(file).values()) {
      List<?> command = (List<?>) ((Map<?, ?>) service).get("command");
      Main.commands(session).parseArgs(command.toArray(String[]::new));
      assertTrue(command.contains("--insecure") != command.contains("--tls"), command::toString);
    }
  }

  /** A file of the host's that is not there would become a directory, of the engine's user. */
  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.insecure.yaml"})
  void shouldMakeNoDirectoryOfTheHosts(String file) throws IOException {
    Map<?, ?> services = services(file);
    assertEquals(file.contains("insecure") ? services.size() : 0, overriding.overrides.size());
    for (Object service : services.values()) {
      for (Object volume : (List<?>) ((Map<?, ?>) service).get("volumes")) {
        if (volume instanceof Map<?, ?> mount) {
          assertEquals(Map.of("create_host_path", false), mount.get("bind"));
          assertEquals(true, mount.get("read_only"));
          assertTrue(file.equals("compose.yaml"), mount::toString);
        } else {
          assertTrue(((String) volume).matches("([a-z]+:)?/data"), volume::toString);
        }
      }
    }
  }
}
