package dev.yamabiko.wire;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Function;

/**
 * Cuts a message with floats into frames: the first with the envelope, the others with floats only.
 * Where the first floats travel as bfloat16, the first frame has none: those in two bytes come
 * next, and then the others. The source is read when a frame is encoded.
 */
final class FloatFrames {

  private final FloatSegment source;
  private final int floatsPerFrame;
  private final int narrowFrames;
  private final Function<FloatRun, BulkFrame> begin;

  private FloatFrames(FloatSegment source, int frameBytes, Function<FloatRun, BulkFrame> begin) {
    this.source = source;
    this.floatsPerFrame = FrameCodec.room(frameBytes) / Float.BYTES;
    this.narrowFrames = frames(source.narrow(), 2 * floatsPerFrame);
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
                contribution.computeNanos(),
                contribution.gradient().length(),
                first));
  }

  private static int frames(int floats, int perFrame) {
    return (int) (((long) floats + perFrame - 1) / perFrame);
  }

  /** At least one: no floats are a frame, too. */
  int count() {
    int wide = frames(source.length() - source.narrow(), floatsPerFrame);
    return narrowFrames == 0 ? Math.max(1, wide) : 1 + narrowFrames + wide;
  }

  ByteBuf encode(int index, ByteBufAllocator allocator) {
    return FrameCodec.get().encode(frame(index), allocator);
  }

  private BulkFrame frame(int index) {
    if (narrowFrames == 0) {
      FloatRun run = wide(0, index);
      return index == 0 ? begin.apply(run) : new BulkFrame.FloatsNext(index * floatsPerFrame, run);
    }
    if (index == 0) {
      return begin.apply(FloatRun.of(source.values(), source.at(), 0));
    }
    if (index > narrowFrames) {
      int number = index - 1 - narrowFrames;
      int at = source.narrow() + number * floatsPerFrame;
      return new BulkFrame.FloatsNext(at, wide(source.narrow(), number));
    }
    int at = (index - 1) * 2 * floatsPerFrame;
    int length = Math.min(2 * floatsPerFrame, source.narrow() - at);
    return new BulkFrame.Bfloat16Next(
        at, Bfloat16Run.of(source.values(), source.at() + at, length));
  }

  /** Of the floats from {@code from} on, those of one frame. */
  private FloatRun wide(int from, int number) {
    int at = from + number * floatsPerFrame;
    int length = Math.min(floatsPerFrame, source.length() - at);
    return FloatRun.of(source.values(), source.at() + at, length);
  }
}
