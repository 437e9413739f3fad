package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A server with links and clients on loopback; closed, it checks that every buffer came back. */
final class Plane implements AutoCloseable {

  static final String HOST = "127.0.0.1";
  static final RunKey RUN = new RunKey("run-1", 3);

  /** Frames of 6 KiB (1,280 floats), and retries without noticeable pauses. */
  static final BulkSettings SMALL =
      BulkSettings.DEFAULT
          .withFrameBytes(6 << 10)
          .with(
              new BulkSettings.Retries(
                  Duration.ofSeconds(5),
                  new Backoff(Duration.ofMillis(5), Duration.ofMillis(50)),
                  Duration.ofSeconds(30)));

  static final int FLOATS_PER_FRAME = ((6 << 10) - FrameCodec.ENVELOPE_BYTES) / Float.BYTES;

  /** One worker: both its ends. */
  record Pair(
      String token, CoordinatorEnd coordinator, BulkLink link, WorkerEnd worker, BulkClient client)
      implements AutoCloseable {

    @Override
    public void close() {
      client.close();
      link.close();
    }
  }

  final BulkSettings settings;
  final BulkServer server;
  private final List<AutoCloseable> opened = new ArrayList<>();

  Plane(BulkSettings settings) {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    this.settings = settings;
    server = BulkServer.bind(HOST, 0, settings);
  }

  /** Admits a worker and waits until both ends are connected. */
  Pair connect(String worker) {
    String token = BulkToken.random();
    CoordinatorEnd coordinator = new CoordinatorEnd();
    BulkLink link = server.admit(RUN, worker, token, coordinator);
    WorkerEnd end = new WorkerEnd();
    BulkClient client = open(token, worker, end);
    assertEquals("connected", Await.next(coordinator.events));
    assertEquals("connected", Await.next(end.events));
    return new Pair(token, coordinator, link, end, client);
  }

  BulkClient open(String token, String worker, WorkerEnd end) {
    BulkClient client = BulkClient.open(HOST, server.port(), token, RUN, worker, end, settings);
    opened.add(client);
    return client;
  }

  @Override
  public void close() {
    try {
      for (AutoCloseable each : opened) {
        each.close();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    server.close();
    Await.allBuffersReleased();
  }

  static float[] floats(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static WorkerMessage.InstallWeights weights(long step, int slice, float[] values) {
    FloatSegment segment = new FloatSegment(values, 0, values.length);
    return new WorkerMessage.InstallWeights(RUN, step, slice, segment);
  }

  static SliceMessage.Contribute contribution(
      long step, int slice, Block block, FloatSegment gradient, String worker) {
    Statistics statistics = new Statistics(step + 5, 0.25 * step, 3, 1.5);
    return new SliceMessage.Contribute(RUN, step, slice, block, gradient, statistics, worker);
  }

  static SliceMessage.Contribute contribution(
      long step, int slice, Block block, float[] gradient, String worker) {
    return contribution(step, slice, block, new FloatSegment(gradient, 0, gradient.length), worker);
  }

  /** A copy of the segment's floats. */
  static float[] copy(FloatSegment segment) {
    return Arrays.copyOfRange(segment.values(), segment.at(), segment.at() + segment.length());
  }
}
