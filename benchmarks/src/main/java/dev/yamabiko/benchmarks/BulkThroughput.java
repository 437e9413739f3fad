package dev.yamabiko.benchmarks;

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
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * How much of a bare socket's speed does the bulk plane keep? A vector of 100 MB goes from this JVM
 * to another one over loopback and is acknowledged, in turns by the bulk plane and by a blocking
 * {@code SocketChannel} with direct buffers of 1 MiB; both ways begin and end in a float array. The
 * bare one checks nothing.
 *
 * <pre>
 * mvn -q -Pquick -pl common,benchmarks package
 * java -cp 'benchmarks/target/lib/*' dev.yamabiko.benchmarks.BulkThroughput [ROUNDS]
 * </pre>
 *
 * Prints the medians of all rounds, their spread, and the ratio of the medians.
 */
public final class BulkThroughput {

  private static final int FLOATS = 25_000_000;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int WARM_UP = 10;
  private static final String HOST = "127.0.0.1";
  private static final RunKey RUN = new RunKey("throughput", 1);
  private static final String WORKER = "receiver";

  private BulkThroughput() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 3) {
      receive(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), arguments[2]);
    } else {
      send(arguments.length == 0 ? 21 : Integer.parseInt(arguments[0]));
    }
  }

  private static void send(int rounds) throws Exception {
    float[] vector = new float[FLOATS];
    Random random = new Random(1);
    for (int i = 0; i < FLOATS; i++) {
      vector[i] = random.nextFloat();
    }
    String token = BulkToken.random();
    Acknowledgements acknowledgements = new Acknowledgements();
    try (BulkServer server = BulkServer.bind(HOST, 0, BulkSettings.DEFAULT);
        BulkLink link = server.admit(RUN, WORKER, token, acknowledgements);
        ServerSocketChannel listener =
            ServerSocketChannel.open().bind(new InetSocketAddress(HOST, 0))) {
      int barePort = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      Process receiver = startReceiver(server.port(), barePort, token);
      try (SocketChannel bare = listener.accept()) {
        bare.setOption(StandardSocketOptions.TCP_NODELAY, true);
        acknowledgements.connected.await();
        double[] bareRates = new double[rounds];
        double[] bulkRates = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
          double bareRate = rate(() -> sendBare(bare, vector));
          long step = round + WARM_UP;
          double bulkRate =
              rate(
                  () -> {
                    link.send(
                        new WorkerMessage.InstallWeights(
                            RUN, step, 0, new FloatSegment(vector, 0, FLOATS)));
                    acknowledgements.take(step);
                  });
          if (round >= 0) {
            bareRates[round] = bareRate;
            bulkRates[round] = bulkRate;
          }
        }
        report(bareRates, bulkRates);
      } finally {
        receiver.destroy();
        receiver.waitFor();
      }
    }
  }

  private static Process startReceiver(int bulkPort, int barePort, String token)
      throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-cp",
            System.getProperty("java.class.path"),
            BulkThroughput.class.getName(),
            Integer.toString(bulkPort),
            Integer.toString(barePort),
            token)
        .inheritIO()
        .start();
  }

  private interface Transfer {
    void run() throws Exception;
  }

  /** In GB/s. */
  private static double rate(Transfer transfer) throws Exception {
    long start = System.nanoTime();
    transfer.run();
    return (double) FLOATS * Float.BYTES / (System.nanoTime() - start);
  }

  private static final ByteBuffer BARE_BUFFER =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private static void sendBare(SocketChannel channel, float[] vector) throws IOException {
    for (int at = 0; at < vector.length; at += BUFFER_BYTES / Float.BYTES) {
      int length = Math.min(BUFFER_BYTES / Float.BYTES, vector.length - at);
      BARE_BUFFER.clear().asFloatBuffer().put(vector, at, length);
      BARE_BUFFER.limit(length * Float.BYTES);
      while (BARE_BUFFER.hasRemaining()) {
        channel.write(BARE_BUFFER);
      }
    }
    ByteBuffer answer = ByteBuffer.allocate(1);
    if (channel.read(answer) != 1) {
      throw new IOException("the receiver did not acknowledge");
    }
  }

  /** Returns at the stream's end. */
  private static void receiveBare(SocketChannel channel, float[] vector) throws IOException {
    while (true) {
      for (int at = 0; at < vector.length; at += BUFFER_BYTES / Float.BYTES) {
        int length = Math.min(BUFFER_BYTES / Float.BYTES, vector.length - at);
        BARE_BUFFER.clear().limit(length * Float.BYTES);
        while (BARE_BUFFER.hasRemaining()) {
          if (channel.read(BARE_BUFFER) < 0) {
            return;
          }
        }
        BARE_BUFFER.flip().asFloatBuffer().get(vector, at, length);
      }
      channel.write(ByteBuffer.allocate(1));
    }
  }

  private static void report(double[] bare, double[] bulk) {
    Arrays.sort(bare);
    Arrays.sort(bulk);
    int last = bare.length - 1;
    double bareMedian = bare[bare.length / 2];
    double bulkMedian = bulk[bulk.length / 2];
    String line = "%-12s %5.2f GB/s (%.2f to %.2f)%n";
    System.out.printf(line, "bare socket", bareMedian, bare[0], bare[last]);
    System.out.printf(line, "bulk plane", bulkMedian, bulk[0], bulk[last]);
    System.out.printf("ratio        %5.2f%n", bulkMedian / bareMedian);
  }

  /** The other JVM: acknowledges each vector until the sender hangs up. */
  private static void receive(int bulkPort, int barePort, String token) throws IOException {
    CountDownLatch opened = new CountDownLatch(1);
    BulkClient[] client = new BulkClient[1];
    BulkClient.Receiver receiver =
        new BulkClient.Receiver() {
          @Override
          public void installed(WorkerMessage.InstallWeights weights) {
            client[0].send(
                new SliceMessage.Contribute(
                    RUN,
                    weights.step(),
                    0,
                    new Block(0, 1),
                    new FloatSegment(new float[0], 0, 0),
                    new Statistics(1, 0, 0, 0),
                    WORKER));
          }

          @Override
          public void connected() {
            opened.countDown();
          }

          @Override
          public void disconnected(String cause) {}

          @Override
          public void deserted(String cause) {}

          @Override
          public void refused(String reason) {
            throw new IllegalStateException(reason);
          }
        };
    client[0] = BulkClient.open(HOST, bulkPort, token, RUN, WORKER, receiver, BulkSettings.DEFAULT);
    try (SocketChannel bare = SocketChannel.open(new InetSocketAddress(HOST, barePort))) {
      opened.await();
      receiveBare(bare, new float[FLOATS]);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client[0].close();
    }
  }

  /** The link's receiver in the sending JVM. */
  private static final class Acknowledgements implements BulkLink.Receiver {

    final CountDownLatch connected = new CountDownLatch(1);
    private final BlockingQueue<Long> steps = new LinkedBlockingQueue<>();

    void take(long step) throws InterruptedException {
      long found = steps.take();
      if (found != step) {
        throw new IllegalStateException("acknowledged step " + found + ", expected " + step);
      }
    }

    @Override
    public void contributed(SliceMessage.Contribute contribution) {
      steps.add(contribution.step());
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
    public void disconnected(String cause) {
      System.err.println("disconnected: " + cause);
    }
  }
}
