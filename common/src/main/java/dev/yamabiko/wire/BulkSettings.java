package dev.yamabiko.wire;

import dev.yamabiko.wire.tls.TlsFiles;
import java.time.Duration;
import java.util.Optional;

/**
 * How bulk connections behave.
 *
 * @param frameBytes most bytes of a frame sent, header included; received are up to {@link
 *     #MOST_FRAME_BYTES}
 * @param tls what this node shows its peers, who must show theirs; empty for plain text
 */
public record BulkSettings(
    int frameBytes, Memory memory, Signs signs, Retries retries, Optional<TlsFiles> tls) {

  /** No frame is longer, header included. */
  public static final int MOST_FRAME_BYTES = 1 << 20;

  private static final int FEWEST_FRAME_BYTES = 2 * FrameCodec.ENVELOPE_BYTES;

  /**
   * What connections may take.
   *
   * @param lowWatermark bytes below which a connection that was full goes on writing
   * @param highWatermark bytes waiting for the socket from which on nothing more is encoded
   * @param sharedBytes direct memory for encoded frames of a run that slower links have still to
   *     send
   * @param receiveBytes heap for what a link assembles; a transfer that needs more is refused
   * @param blockBytes largest dataset block
   */
  public record Memory(
      int lowWatermark, int highWatermark, long sharedBytes, long receiveBytes, int blockBytes) {}

  /**
   * When a silent peer is given up.
   *
   * @param helloDeadline from a connection's start, TLS included, to the end of the hello
   * @param pingEvery how often a sign of life is sent
   * @param deadAfter a peer that has sent nothing for so long is given up
   */
  public record Signs(Duration helloDeadline, Duration pingEvery, Duration deadAfter) {
    public Signs {
      if (pingEvery.multipliedBy(2).compareTo(deadAfter) > 0) {
        throw new IllegalArgumentException(
            "a peer is given up after %s, which leaves no room for two pings, each %s"
                .formatted(deadAfter, pingEvery));
      }
    }
  }

  /**
   * How a client comes back.
   *
   * @param connectTimeout of one attempt
   * @param backoff between attempts
   * @param fetchDeadline a dataset block that makes no progress for so long fails
   */
  public record Retries(Duration connectTimeout, Backoff backoff, Duration fetchDeadline) {}

  /** For networks from loopback to a slow office line. */
  public static final BulkSettings DEFAULT =
      new BulkSettings(
          MOST_FRAME_BYTES,
          new Memory(1 << 20, 2 << 20, 64L << 20, Runtime.getRuntime().maxMemory() / 2, 256 << 20),
          new Signs(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(15)),
          new Retries(
              Duration.ofSeconds(10),
              new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10)),
              Duration.ofSeconds(60)),
          Optional.empty());

  public BulkSettings {
    if (frameBytes < FEWEST_FRAME_BYTES || frameBytes > MOST_FRAME_BYTES) {
      throw new IllegalArgumentException(
          "a frame has %d to %d bytes, not %d"
              .formatted(FEWEST_FRAME_BYTES, MOST_FRAME_BYTES, frameBytes));
    }
  }

  public BulkSettings withFrameBytes(int bytes) {
    return new BulkSettings(bytes, memory, signs, retries, tls);
  }

  public BulkSettings with(Memory other) {
    return new BulkSettings(frameBytes, other, signs, retries, tls);
  }

  public BulkSettings with(Signs other) {
    return new BulkSettings(frameBytes, memory, other, retries, tls);
  }

  public BulkSettings with(Optional<TlsFiles> other) {
    return new BulkSettings(frameBytes, memory, signs, retries, other);
  }

  public BulkSettings with(Retries other) {
    return new BulkSettings(frameBytes, memory, signs, other, tls);
  }
}
