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
    WorkerSet workers = new WorkerSet();
    refs.forEach(workers::invite);
    refs.keySet().forEach(workers::ready);
    return workers;
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
  void shouldLetOthersAdoptTheBlocksOfALostWorker() {
    WorkerSet workers = workers("a", "b", "c", "d");
    workers.divide(8);
    workers.remove("b");
    assertTrue(workers.hasOrphans());
    workers.adopt(8);
    assertFalse(workers.hasOrphans());
    assertEquals(List.of(new Block(0, 2), new Block(2, 3)), workers.blocks("a"));
    assertEquals(List.of(new Block(4, 6), new Block(3, 4)), workers.blocks("c"));
    assertEquals(List.of(new Block(6, 8)), workers.blocks("d"));
  }

  @Test
  void shouldGiveNothingToALateWorkerUntilItIsHeardOf() {
    WorkerSet workers = workers("a", "b");
    workers.divide(8);
    assertTrue(workers.suspend("a"));
    assertFalse(workers.suspend("a"), "it is known already");
    workers.adopt(8);
    assertEquals(List.of(new Block(4, 8), new Block(0, 4)), workers.blocks("b"));
    workers.divide(8);
    assertEquals(List.of(), workers.blocks("a"));
    assertEquals(List.of("b"), workers.available());
    assertEquals(2, workers.size());
    workers.heardOf("a");
    workers.divide(8);
    assertEquals(List.of(new Block(0, 4)), workers.blocks("a"));
  }

  @Test
  void shouldFollowMeasuredSpeeds() {
    WorkerSet workers = workers("a", "b", "c");
    workers.measured("a", 400, 1_000_000_000L);
    workers.measured("b", 100, 1_000_000_000L);
    workers.divide(12);
    assertEquals(List.of(new Block(0, 4)), workers.blocks("a"), "c is not known yet");
    workers.measured("c", 100, 1_000_000_000L);
    workers.divide(12);
    assertEquals(List.of(new Block(0, 8)), workers.blocks("a"));
    assertEquals(List.of(new Block(8, 10)), workers.blocks("b"));
    assertEquals(List.of(new Block(10, 12)), workers.blocks("c"));
  }

  @Test
  void shouldTakeHardlyDifferentSpeedsForEqual() {
    WorkerSet workers = workers("a", "b");
    workers.measured("a", 120, 1_000_000_000L);
    workers.measured("b", 100, 1_000_000_000L);
    workers.divide(8);
    assertEquals(List.of(new Block(0, 4)), workers.blocks("a"));
  }

  @Test
  void shouldNameThoseWhoHoldAnyOfTheShards() {
    WorkerSet workers = workers("a", "b", "c");
    workers.divide(8);
    assertEquals(List.of("a", "c"), workers.holdersOf(List.of(1, 5, 7)));
    assertEquals(List.of(), workers.holdersOf(List.of()));
  }
}
