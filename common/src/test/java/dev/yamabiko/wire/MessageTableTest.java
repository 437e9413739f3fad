package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MessageTableTest {

  private static final List<String> TABLE = MessageTable.lines();

  private static Optional<String> difference(int otherVersion, List<String> otherTable) {
    return MessageTable.difference(MessageTable.PROTOCOL_VERSION, TABLE, otherVersion, otherTable);
  }

  /** The class of a line such as "33 dev.yamabiko.step.Block(int from, int to)". */
  private static String type(String line) {
    return line.replaceFirst("^\\d+ ", "").replaceFirst("(?<=\\w)[(\\[].*", "");
  }

  @Test
  void shouldNumberEveryMessageThatCrossesNodesAndNoOther() {
    Set<String> numbered =
        TABLE.stream()
            .map(MessageTableTest::type)
            .filter(name -> name.matches("dev\\.yamabiko\\.protocol\\.\\w+(Message|Event)\\$.*"))
            .collect(Collectors.toSet());
    Set<String> travelling =
        ControlMessages.travelling().stream().map(Class::getName).collect(Collectors.toSet());
    assertEquals(travelling, numbered);
  }

  @Test
  void shouldKnowTheMessagesThatStay() {
    assertTrue(ControlMessages.all().containsAll(ControlMessages.LOCAL));
  }

  @Test
  void shouldOnlyEverGrowWithinOneVersion() {
    List<String> golden = Golden.lines("table-v" + MessageTable.PROTOCOL_VERSION + ".txt", TABLE);
    assertTrue(TABLE.size() >= golden.size(), "numbers are gone");
    assertEquals(golden, TABLE.subList(0, golden.size()), "a number has changed its meaning");
    assertEquals(golden.size(), TABLE.size(), "new numbers: write them to the golden file");
  }

  @Test
  void shouldNumberEachClassOnce() {
    List<String> types = TABLE.stream().map(MessageTableTest::type).toList();
    assertEquals(types.size(), new HashSet<>(types).size());
    for (int i = 0; i < TABLE.size(); i++) {
      assertTrue(TABLE.get(i).startsWith(20 + i + " "), TABLE.get(i));
    }
  }

  @Test
  void shouldAcceptTheSameTable() {
    assertEquals(Optional.empty(), difference(MessageTable.PROTOCOL_VERSION, TABLE));
  }

  @Test
  void shouldAcceptTheBeginningOfTheOtherTableEitherWay() {
    List<String> shorter = TABLE.subList(0, TABLE.size() - 3);
    assertEquals(Optional.empty(), difference(MessageTable.PROTOCOL_VERSION, shorter));
    assertEquals(Optional.empty(), MessageTable.difference(4, shorter, 4, TABLE));
  }

  @Test
  void shouldRefuseAnotherVersionFirst() {
    String why = difference(MessageTable.PROTOCOL_VERSION + 1, List.of("20 other")).orElseThrow();
    assertEquals(
        "protocol version 6 here, 7 there; run the same version of yamabiko on all nodes", why);
  }

  @Test
  void shouldRefuseAnotherLayoutAndNameIt() {
    List<String> other = new ArrayList<>(TABLE);
    other.set(8, other.get(8).replace("int from", "long from"));
    String why = difference(MessageTable.PROTOCOL_VERSION, other).orElseThrow();
    assertEquals(
        "message table differs: \"28 dev.yamabiko.step.Block(int from, int to)\" here,"
            + " \"28 dev.yamabiko.step.Block(long from, int to)\" there;"
            + " run the same version of yamabiko on all nodes",
        why);
  }
}
