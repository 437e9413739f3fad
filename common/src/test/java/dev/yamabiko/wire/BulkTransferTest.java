package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.tensor.Bfloat16;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BulkTransferTest {

  private static final int[] LENGTHS = {
    0,
    1,
    7,
    Plane.FLOATS_PER_FRAME - 1,
    Plane.FLOATS_PER_FRAME,
    Plane.FLOATS_PER_FRAME + 1,
    2 * Plane.FLOATS_PER_FRAME - 1,
    2 * Plane.FLOATS_PER_FRAME,
    2 * Plane.FLOATS_PER_FRAME + 1,
    100_003
  };

  private Plane plane;

  @BeforeEach
  void open() {
    plane = new Plane(Plane.SMALL);
  }

  @AfterEach
  void close() {
    plane.close();
  }

  @Test
  void shouldInstallWeightsOfAnyLength() {
    Plane.Pair pair = plane.connect("w");
    for (int i = 0; i < LENGTHS.length; i++) {
      float[] values = Plane.floats(LENGTHS[i], i);
      pair.link().send(Plane.weights(i, 2, values));
      WorkerMessage.InstallWeights installed = Await.next(pair.worker().weights);
      assertEquals(Plane.RUN, installed.key());
      assertEquals(i, installed.step());
      assertEquals(2, installed.slice());
      assertArrayEquals(values, Plane.copy(installed.weights()));
    }
  }

  @Test
  void shouldTakeContributionsOfAnyLength() {
    Plane.Pair pair = plane.connect("w");
    for (int i = 0; i < LENGTHS.length; i++) {
      float[] flat = Plane.floats(LENGTHS[i] + 20, i);
      FloatSegment gradient = new FloatSegment(flat, 13, LENGTHS[i]);
      SliceMessage.Contribute sent = Plane.contribution(i, 1, new Block(4, 8), gradient, "w");
      pair.client().send(sent);
      SliceMessage.Contribute received = Await.next(pair.coordinator().contributions);
      assertEquals(sent.key(), received.key());
      assertEquals(sent.step(), received.step());
      assertEquals(sent.slice(), received.slice());
      assertEquals(sent.block(), received.block());
      assertEquals(sent.statistics(), received.statistics());
      assertEquals("w", received.worker());
      assertArrayEquals(Plane.copy(gradient), Plane.copy(received.gradient()));
    }
  }

  /** Of floats in two bytes first and in four behind them, of any lengths. */
  @Test
  void shouldCarryBfloat16InHalfTheBytes() {
    Plane.Pair pair = plane.connect("w");
    int step = 0;
    for (int narrow : LENGTHS) {
      for (int wide : new int[] {0, 1, Plane.FLOATS_PER_FRAME + 1}) {
        float[] flat = Plane.floats(13 + narrow + wide, narrow);
        FloatSegment sent = new FloatSegment(flat, 13, narrow + wide, narrow);
        float[] expected = Plane.copy(sent);
        Bfloat16.nearest(expected, 0, narrow);
        long downBefore = pair.link().traffic().bytesSent();
        long upBefore = pair.client().traffic().bytesSent();
        pair.link().send(new WorkerMessage.InstallWeights(Plane.RUN, step, 2, sent));
        assertArrayEquals(expected, Plane.copy(Await.next(pair.worker().weights).weights()));
        pair.client().send(Plane.contribution(step, 1, new Block(4, 8), sent, "w"));
        FloatSegment received = Await.next(pair.coordinator().contributions).gradient();
        assertArrayEquals(expected, Plane.copy(received));
        long payload = 2L * narrow + 4L * wide;
        for (long bytes :
            new long[] {
              pair.link().traffic().bytesSent() - downBefore,
              pair.client().traffic().bytesSent() - upBefore
            }) {
          assertTrue(bytes >= payload && bytes < payload * 1.01 + 200, bytes + " of " + payload);
        }
        step++;
      }
    }
  }

  @Test
  void shouldKeepTheOrderInWhichALinkWasSent() {
    Plane.Pair pair = plane.connect("w");
    List<Integer> sent = List.of(3, 0, 2, 1, 5, 4);
    for (int slice : sent) {
      pair.link().send(Plane.weights(0, slice, Plane.floats(3000 * slice, slice)));
    }
    List<Integer> received = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      received.add(Await.next(pair.worker().weights).slice());
    }
    assertEquals(sent, received);
  }

  @Test
  void shouldEncodeABroadcastOnceForAllLinks() {
    List<Plane.Pair> pairs = List.of(plane.connect("a"), plane.connect("b"), plane.connect("c"));
    int steps = 20;
    int frames = 5;
    for (int step = 0; step < steps; step++) {
      float[] values = Plane.floats(frames * Plane.FLOATS_PER_FRAME, step);
      WorkerMessage.InstallWeights weights = Plane.weights(step, 0, values);
      pairs.forEach(pair -> pair.link().send(weights));
      for (Plane.Pair pair : pairs) {
        assertArrayEquals(values, Plane.copy(Await.next(pair.worker().weights).weights()));
      }
    }
    SharedMemory memory = plane.server.sharedMemory(Plane.RUN);
    assertEquals(steps * frames, memory.encodings());
    assertEquals(0, memory.used());
  }

  @Test
  void shouldUseTheBuffersOfABlockAgainInLaterSteps() {
    Plane.Pair pair = plane.connect("w");
    Block block = new Block(0, 2);
    List<float[]> arrays = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      pair.client().send(Plane.contribution(step, 0, block, Plane.floats(5000, step), "w"));
      arrays.add(Await.next(pair.coordinator().contributions).gradient().values());
    }
    assertSame(arrays.get(0), arrays.get(1));
    assertSame(arrays.get(1), arrays.get(2));
  }

  /** The worker has not heard of it yet when another's link is given the next weights to send. */
  @Test
  void shouldGiveAwayTheArrayOfAContributionWhenItsSliceHasClosedTheStep() {
    Plane.Pair late = plane.connect("late");
    Plane.Pair other = plane.connect("other");
    Block block = new Block(0, 2);
    float[] right = Plane.floats(5000, 1);
    other.link().send(Plane.weights(8, 0, new float[1]));
    late.client().send(Plane.contribution(7, 0, block, right, "late"));
    SliceMessage.Contribute contribution = Await.next(late.coordinator().contributions);
    assertEquals(SliceMessage.Floats.GIVEN, contribution.floats());
    late.client().send(Plane.contribution(8, 0, block, Plane.floats(5000, 2), "late"));
    assertEquals(SliceMessage.Floats.LENT, Await.next(late.coordinator().contributions).floats());
    assertArrayEquals(right, Plane.copy(contribution.gradient()));
  }

  @Test
  void shouldLeaveAContributionAloneWhenItIsSentAgain() {
    Plane.Pair pair = plane.connect("w");
    Block block = new Block(0, 2);
    float[] first = Plane.floats(5000, 1);
    pair.client().send(Plane.contribution(7, 0, block, first, "w"));
    FloatSegment kept = Await.next(pair.coordinator().contributions).gradient();
    pair.client().send(Plane.contribution(7, 0, block, Plane.floats(5000, 2), "w"));
    FloatSegment again = Await.next(pair.coordinator().contributions).gradient();
    assertNotSame(kept.values(), again.values());
    assertArrayEquals(first, Plane.copy(kept));
  }

  @Test
  void shouldInstallWeightsIntoTwoBuffersByParity() {
    Plane.Pair pair = plane.connect("w");
    List<float[]> arrays = new ArrayList<>();
    for (int step = 0; step < 4; step++) {
      pair.link().send(Plane.weights(step, 0, Plane.floats(3000, step)));
      arrays.add(Await.next(pair.worker().weights).weights().values());
    }
    assertNotSame(arrays.get(0), arrays.get(1));
    assertSame(arrays.get(0), arrays.get(2));
    assertSame(arrays.get(1), arrays.get(3));
  }

  @Test
  void shouldCountTheSameTrafficOnBothSides() {
    Plane.Pair pair = plane.connect("w");
    pair.link().send(Plane.weights(0, 0, Plane.floats(10_000, 1)));
    Await.next(pair.worker().weights);
    pair.client().send(Plane.contribution(0, 0, new Block(0, 1), Plane.floats(20_000, 2), "w"));
    Await.next(pair.coordinator().contributions);
    BulkTraffic down = pair.link().traffic();
    BulkTraffic up = pair.client().traffic();
    assertEquals(down.bytesSent(), up.bytesReceived());
    assertEquals(down.framesSent(), up.framesReceived());
    assertTrue(down.bytesSent() > 40_000 && down.bytesSent() < 41_000, down.toString());
    assertTrue(down.bytesReceived() > 80_000 && down.bytesReceived() < 82_000, down.toString());
    assertEquals(16, down.framesReceived());
  }
}
