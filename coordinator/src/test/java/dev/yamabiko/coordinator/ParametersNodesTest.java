package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.WorkerHello;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ParametersNodesTest {

  private static final ActorTestKit KIT = ActorTestKit.create();

  private final ParametersNodes nodes = new ParametersNodes();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static ParametersNode node(String name) {
    WorkerHello hello = new WorkerHello(3, List.of(), "f00d", name, "h", 1, 1L << 30);
    return new ParametersNode(
        hello, KIT.createTestProbe(NodeMessage.class).ref(), "h", 1, Instant.EPOCH);
  }

  @Test
  void shouldListThemByName() {
    ParametersNode q = node("q");
    ParametersNode p = node("p");
    assertEquals(Optional.empty(), nodes.add(q));
    assertEquals(Optional.empty(), nodes.add(p));
    assertEquals(List.of(p, q), nodes.now());
    assertEquals(Optional.empty(), nodes.add(p));
    assertEquals(List.of(p, q), nodes.now());
  }

  @Test
  void shouldTakeALaterStartInsteadOfTheOneBefore() {
    ParametersNode before = node("p");
    ParametersNode later = node("p");
    nodes.add(before);
    assertEquals(Optional.of(before), nodes.add(later));
    assertEquals(List.of(later), nodes.now());
    assertFalse(nodes.remove(before.node()));
    assertTrue(nodes.remove(later.node()));
    assertEquals(List.of(), nodes.now());
  }
}
