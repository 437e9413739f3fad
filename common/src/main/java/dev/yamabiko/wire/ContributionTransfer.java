package dev.yamabiko.wire;

import dev.yamabiko.protocol.SliceMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A contribution on its way to the coordinator. */
final class ContributionTransfer implements Outgoing {

  private final FloatFrames frames;
  private volatile int taken;

  ContributionTransfer(SliceMessage.Contribute contribution, int frameBytes) {
    frames = FloatFrames.of(contribution, frameBytes);
  }

  @Override
  public ByteBuf next(ByteBufAllocator allocator) {
    ByteBuf frame = frames.encode(taken, allocator);
    taken = taken + 1; // on the event loop only
    return frame;
  }

  @Override
  public boolean hasBegun() {
    return taken > 0;
  }

  @Override
  public boolean isDone() {
    return taken == frames.count();
  }

  @Override
  public void end() {}
}
