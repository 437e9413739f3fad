package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerSetTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private static WorkerSet workers(String... names) {
    Map<String, ActorRef<WorkerMessage>> refs = new LinkedHashMap<>();
    for (String name : names) {
      refs.put(name, TestInbox.<WorkerMessage>create().getRef());
    }
    return new WorkerSet(refs);
  }

  @Test
  void shouldDivideShardsInTheOrderOfWorkers() {
    WorkerSet workers = workers("b", "a", "c");
    assertFalse(workers.isDivided());
    workers.divide(8);
    assertTrue(workers.isDivided());
    assertEquals(List.of("b", "a", "c"), workers.names());
    workers.renew();
    assertEquals(
        new WorkerMessage.TakeLease(KEY, 1, List.of(new Block(0, 2)), 3, 7),
        workers.lease("b", KEY, 3, 7));
    assertEquals(List.of(new Block(2, 4), new Block(4, 5)), workers.lease("a", KEY, 3, 7).blocks());
  }

  @Test
  void shouldNumberLeasesUpwards() {
    WorkerSet workers = workers("a");
    workers.divide(1);
    workers.renew();
    workers.renew();
    assertEquals(2, workers.lease());
    assertEquals(2, workers.lease("a", KEY, 0, 1).lease());
  }

  @Test
  void shouldNameThoseWhoHoldAnyOfTheShards() {
    WorkerSet workers = workers("a", "b", "c");
    workers.divide(8);
    assertEquals(List.of("a", "c"), workers.holdersOf(List.of(1, 5, 7)));
    assertEquals(List.of(), workers.holdersOf(List.of()));
  }
}
