package dev.yamabiko.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A message with floats on its way out of one connection, which has its frames to itself. */
final class FloatTransfer implements Outgoing {

  private final FloatFrames frames;
  private volatile int taken;

  FloatTransfer(FloatFrames frames) {
    this.frames = frames;
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
