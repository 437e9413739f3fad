package dev.yamabiko.cli.forecast;

import com.sun.management.OperatingSystemMXBean;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.BulkToken;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Times the bulk plane over loopback, both ends in this process: weights go down and are answered
 * by a contribution of as many floats.
 */
final class WireTrial implements AutoCloseable {

  private static final String HOST = "127.0.0.1";
  private static final RunKey RUN = new RunKey("plan", 1);
  private static final String WORKER = "plan";
  private static final long DEADLINE_SECONDS = 20;

  /** Enough that a message's own cost hardly shows. */
  private static final int FLOATS = 1 << 20;

  /** Weights of so many slices, of one float each, before one answer. */
  private static final int BURST = 64;

  private static final int ROUNDS = 40;
  private static final int SHORT_ROUNDS = 300;

  /** As of {@link Costs}. */
  record Sending(double perByte, double perMessage, double trip) {}

  private final BlockingQueue<Long> answers = new LinkedBlockingQueue<>();
  private final CountDownLatch connected = new CountDownLatch(1);
  private final float[] weights = new float[FLOATS];
  private final BulkServer server;
  private final BulkLink link;
  private final BulkClient client;
  private long step;

  /** Of which the answer to weights consists, as soon as those of this slice are there. */
  private volatile FloatSegment answer = segment(1);

  private volatile int lastSlice;

  WireTrial() throws IOException, InterruptedException {
    String token = BulkToken.random();
    server = BulkServer.bind(HOST, 0, BulkSettings.DEFAULT);
    link = server.admit(RUN, WORKER, token, new Coordinator());
    client =
        BulkClient.open(
            HOST, server.port(), token, RUN, WORKER, new Worker(), BulkSettings.DEFAULT);
    if (!connected.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      close();
      throw new IOException("no connection over loopback within " + DEADLINE_SECONDS + " s");
    }
  }

  private FloatSegment segment(int floats) {
    return new FloatSegment(weights, 0, floats);
  }

  /** Weights of so many slices down, one contribution up. */
  private void exchange(int floats, int slices) throws IOException, InterruptedException {
    answer = segment(floats);
    lastSlice = slices - 1;
    step++;
    for (int slice = 0; slice < slices; slice++) {
      link.send(new WorkerMessage.InstallWeights(RUN, step, slice, segment(floats)));
    }
    Long answered;
    do {
      answered = answers.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      if (answered == null) {
        throw new IOException(
            "nothing came back over loopback within %d s".formatted(DEADLINE_SECONDS));
      }
    } while (answered != step);
  }

  Sending measure() throws IOException, InterruptedException {
    for (int i = 0; i < ROUNDS; i++) {
      exchange(FLOATS, 1);
      exchange(1, BURST);
    }
    double[] round = new double[SHORT_ROUNDS];
    for (int i = 0; i < SHORT_ROUNDS; i++) {
      long began = System.nanoTime();
      exchange(1, 1);
      round[i] = (System.nanoTime() - began) / 1e9;
    }
    double trip = Stopwatch.median(round) / 2;
    // Each message has two ends.
    double perMessage = processorSeconds(1, BURST) / (BURST + 1) / 2;
    double ofFloats = processorSeconds(FLOATS, 1) / 2 / 2;
    double perByte = Math.max(0, ofFloats - perMessage) / ((double) FLOATS * Float.BYTES);
    return new Sending(perByte, perMessage, trip);
  }

  /** Of the whole process, for one exchange. */
  private double processorSeconds(int floats, int slices) throws IOException, InterruptedException {
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long before = process.getProcessCpuTime();
    for (int i = 0; i < ROUNDS; i++) {
      exchange(floats, slices);
    }
    return (process.getProcessCpuTime() - before) / 1e9 / ROUNDS;
  }

  /** Seconds from one thread to another. */
  static double handOver() throws InterruptedException {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      double[] both = new double[SHORT_ROUNDS];
      for (int i = 0; i < SHORT_ROUNDS; i++) {
        long began = System.nanoTime();
        other.submit(() -> {}).get();
        both[i] = (System.nanoTime() - began) / 1e9;
      }
      return Stopwatch.median(both) / 2;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      other.shutdownNow();
    }
  }

  @Override
  public void close() {
    client.close();
    link.close();
    server.close();
  }

  /** The end that has the slices. */
  private final class Coordinator implements BulkLink.Receiver {
    @Override
    public void contributed(SliceMessage.Contribute contribution) {
      answers.add(contribution.step());
    }

    @Override
    public ByteBuffer datasetBlock(String sha256, int index) {
      return null;
    }

    @Override
    public void connected() {
      connected.countDown();
    }

    @Override
    public void disconnected(String cause) {}
  }

  private final class Worker implements BulkClient.Receiver {
    @Override
    public void installed(WorkerMessage.InstallWeights weights) {
      if (weights.slice() == lastSlice) {
        client.send(
            new SliceMessage.Contribute(
                RUN,
                weights.step(),
                0,
                new Block(0, 1),
                answer,
                new Statistics(1, 0, 0, 0),
                WORKER));
      }
    }

    @Override
    public void connected() {}

    @Override
    public void disconnected(String cause) {}

    @Override
    public void deserted(String cause) {}

    @Override
    public void refused(String reason) {}
  }
}
