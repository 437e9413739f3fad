package dev.yamabiko.wire;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;

/**
 * What a frame carries. A transfer is a frame that begins it, with its envelope, and as many
 * following ones as it needs; transfers of floats are never interleaved with each other, nor are
 * dataset blocks, but floats and blocks are. A beginning discards what was half there.
 */
sealed interface BulkFrame {

  /**
   * Of the frames of this table; a change that older programs cannot read raises it. They need not
   * read {@link Bfloat16Next}, which only jobs use that they refuse to take part in.
   */
  int VERSION = 3;

  /** "YMBK". */
  int MAGIC = 0x594d424b;

  /** Bytes of floats or of a dataset in it. */
  default int payloadBytes() {
    return 0;
  }

  /** A connection's first frame. */
  record Hello(int magic, int version, String token, RunKey run, String worker)
      implements BulkFrame {
    @Override
    public String toString() {
      return "Hello[version=%d, run=%s, worker=%s]".formatted(version, run, worker);
    }
  }

  record Accepted() implements BulkFrame {}

  /** The last frame of a connection; to try again is of no use. */
  record Refused(String reason) implements BulkFrame {}

  record Ping() implements BulkFrame {}

  /**
   * Weights of one slice begin.
   *
   * @param total floats of the whole transfer
   */
  record WeightsBegin(RunKey key, long step, int slice, int total, FloatRun first)
      implements BulkFrame {

    /** What has arrived when all its floats have. */
    WorkerMessage.InstallWeights message(float[] values) {
      return new WorkerMessage.InstallWeights(
          key, step, slice, new FloatSegment(values, 0, values.length));
    }

    @Override
    public int payloadBytes() {
      return first.bytes();
    }
  }

  /** The gradient sum of one block for one slice begins; the link knows the worker. */
  record ContributionBegin(
      RunKey key,
      long step,
      int slice,
      Block block,
      Statistics statistics,
      long computeNanos,
      int total,
      FloatRun first)
      implements BulkFrame {

    /** What has arrived when all its floats have. */
    SliceMessage.Contribute message(float[] values, String worker, SliceMessage.Floats floats) {
      return new SliceMessage.Contribute(
          key,
          step,
          slice,
          block,
          new FloatSegment(values, 0, values.length),
          statistics,
          worker,
          floats,
          computeNanos);
    }

    @Override
    public int payloadBytes() {
      return first.bytes();
    }
  }

  /** More floats of the transfer begun last, from float {@code at} on. */
  record FloatsNext(int at, FloatRun floats) implements BulkFrame {
    @Override
    public int payloadBytes() {
      return floats.bytes();
    }
  }

  /**
   * As {@link FloatsNext}. A transfer that has any begins with a frame without floats, and these
   * come before the others.
   */
  record Bfloat16Next(int at, Bfloat16Run floats) implements BulkFrame {
    @Override
    public int payloadBytes() {
      return floats.bytes();
    }
  }

  /** Answered by a transfer of the block or by {@code BlockMissing}. */
  record BlockRequest(int request, String sha256, int index) implements BulkFrame {}

  record BlockBegin(int request, int total, ByteRun first) implements BulkFrame {
    @Override
    public int payloadBytes() {
      return first.length();
    }
  }

  /** More bytes of the block begun last, from byte {@code at} on. */
  record BlockNext(int at, ByteRun bytes) implements BulkFrame {
    @Override
    public int payloadBytes() {
      return bytes.length();
    }
  }

  record BlockMissing(int request, String reason) implements BulkFrame {}
}
