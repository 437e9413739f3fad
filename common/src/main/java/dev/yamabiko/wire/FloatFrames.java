package dev.yamabiko.wire;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Function;

/**
 * Cuts a message with floats into frames: the first with the envelope, the others with floats only.
 * The source is read when a frame is encoded.
 */
final class FloatFrames {

  private final FloatSegment source;
  private final int floatsPerFrame;
  private final Function<FloatRun, BulkFrame> begin;

  private FloatFrames(FloatSegment source, int frameBytes, Function<FloatRun, BulkFrame> begin) {
    this.source = source;
    this.floatsPerFrame = FrameCodec.room(frameBytes) / Float.BYTES;
    this.begin = begin;
  }

  static FloatFrames of(WorkerMessage.InstallWeights weights, int frameBytes) {
    return new FloatFrames(
        weights.weights(),
        frameBytes,
        first ->
            new BulkFrame.WeightsBegin(
                weights.key(), weights.step(), weights.slice(), weights.weights().length(), first));
  }

  static FloatFrames of(SliceMessage.Contribute contribution, int frameBytes) {
    return new FloatFrames(
        contribution.gradient(),
        frameBytes,
        first ->
            new BulkFrame.ContributionBegin(
                contribution.key(),
                contribution.step(),
                contribution.slice(),
                contribution.block(),
                contribution.statistics(),
                contribution.gradient().length(),
                first));
  }

  /** At least one: no floats are a frame, too. */
  int count() {
    return Math.max(1, (int) (((long) source.length() + floatsPerFrame - 1) / floatsPerFrame));
  }

  ByteBuf encode(int index, ByteBufAllocator allocator) {
    int at = index * floatsPerFrame;
    int length = Math.min(floatsPerFrame, source.length() - at);
    FloatRun run = FloatRun.of(source.values(), source.at() + at, length);
    BulkFrame frame = index == 0 ? begin.apply(run) : new BulkFrame.FloatsNext(at, run);
    return FrameCodec.get().encode(frame, allocator);
  }
}
