package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.WorkerMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A worker that does not read costs a bounded piece of direct memory, and no one else anything. */
class BulkBackPressureTest {

  private static final int SHARED_BYTES = 1 << 20;
  private static final int HIGH = 256 << 10;
  private static final int SLICES = 3;
  private static final int STEPS = 12;

  /** 4 MiB: more than sockets hold. */
  private static final int FLOATS = 1 << 20;

  private static final BulkSettings SETTINGS =
      BulkSettings.DEFAULT
          .withFrameBytes(64 << 10)
          .with(new BulkSettings.Memory(HIGH / 2, HIGH, SHARED_BYTES, 1L << 30, 1 << 20))
          // What does not read does not ping.
          .with(
              new BulkSettings.Signs(
                  Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofMinutes(10)));

  @Test
  void shouldSendASlowWorkerOnlyTheNewestInBoundedMemory() {
    try (Plane plane = new Plane(SETTINGS)) {
      Plane.Pair fast = plane.connect("fast");
      String token = BulkToken.random();
      CoordinatorEnd end = new CoordinatorEnd();
      BulkLink slow = plane.server.admit(Plane.RUN, "slow", token, end);
      try (RawPeer peer = RawPeer.greeted(plane, token, "slow")) {
        assertEquals("connected", Await.next(end.events));
        long before = BulkLoops.ALLOCATOR.metric().usedDirectMemory();
        float[][] newest = new float[SLICES][];
        for (int step = 0; step < STEPS; step++) {
          for (int slice = 0; slice < SLICES; slice++) {
            newest[slice] = ramp(100 * step + slice);
            WorkerMessage.InstallWeights weights = Plane.weights(step, slice, newest[slice]);
            slow.send(weights);
            fast.link().send(weights);
          }
          for (int slice = 0; slice < SLICES; slice++) {
            assertEquals(step, Await.next(fast.worker().weights).step());
          }
          assertTrue(plane.server.sharedMemory(Plane.RUN).used() <= SHARED_BYTES);
        }
        long grown = BulkLoops.ALLOCATOR.metric().usedDirectMemory() - before;
        // Memory is taken in chunks of 4 MiB, by each thread; one vector has 12 MiB.
        assertTrue(grown <= SHARED_BYTES + 2 * (4 << 20), grown + " bytes");
        assertReceivesNewest(peer, newest);
      }
    }
  }

  private static float[] ramp(int from) {
    float[] values = new float[FLOATS];
    for (int i = 0; i < FLOATS; i++) {
      values[i] = from + i;
    }
    return values;
  }

  private static void assertReceivesNewest(RawPeer peer, float[][] newest) {
    Map<Integer, Long> complete = new HashMap<>();
    float[] values = null;
    long step = -1;
    int slice = -1;
    int at = 0;
    int transfers = 0;
    while (complete.values().stream().filter(done -> done == STEPS - 1).count() < SLICES) {
      BulkFrame frame = peer.read();
      FloatRun run;
      if (frame instanceof BulkFrame.WeightsBegin begin) {
        values = new float[begin.total()];
        step = begin.step();
        slice = begin.slice();
        at = 0;
        run = begin.first();
        transfers++;
      } else {
        BulkFrame.FloatsNext next = assertInstanceOf(BulkFrame.FloatsNext.class, frame);
        assertEquals(at, next.at());
        run = next.floats();
      }
      run.copyTo(values, at);
      at += run.length();
      if (at == values.length) {
        complete.put(slice, step);
        if (step == STEPS - 1) {
          assertArrayEquals(newest[slice], values);
        }
      }
    }
    assertTrue(transfers <= 2 * SLICES + 1, transfers + " transfers begun");
  }
}
