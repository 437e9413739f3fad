package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.local.SingleNode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandsTest {

  private static Commands commands() {
    Session session = CommandModel.session();
    return new Commands(
        session,
        new TrainCommand(session, SingleNode::run),
        new CoordinatorStartCommand(session, ClusterNodes::coordinator),
        new WorkerStartCommand(session, ClusterNodes::worker));
  }

  @Command(name = "yamabiko")
  private static final class Root {}

  private static CommandLine root(String... args) {
    CommandLine root = new CommandLine(new Root());
    commands().addTo(root, args);
    return root;
  }

  static List<String> names() {
    return commands().names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldMakeACommandOfItsOwnName(String name) {
    CommandLine made = root(name).getSubcommands().get(name);
    assertEquals(name, made.getCommandName());
    assertEquals(Set.of(name), made.getCommandSpec().names());
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "worker", "status"})
  void shouldMakeNoOtherThanTheOneThatTheArgumentsBeginWith(String name) {
    assertEquals(Set.of(name), root(name, "train", "--help").getSubcommands().keySet());
  }

  /** Help and errors name them all, and completion completes them all. */
  @ParameterizedTest
  @ValueSource(strings = {"--help", "trian", "completion", "--json"})
  void shouldMakeAllWhereTheArgumentsBeginOtherwise(String first) {
    assertEquals(names(), List.copyOf(root(first, "train").getSubcommands().keySet()));
  }

  @Test
  void shouldMakeAllWithoutArguments() {
    assertEquals(names(), List.copyOf(root().getSubcommands().keySet()));
  }
}
