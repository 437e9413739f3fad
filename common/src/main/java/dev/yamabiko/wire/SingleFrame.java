package dev.yamabiko.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A frame without payload. */
final class SingleFrame implements Outgoing {

  private final BulkFrame frame;
  private volatile boolean taken;

  SingleFrame(BulkFrame frame) {
    this.frame = frame;
  }

  @Override
  public ByteBuf next(ByteBufAllocator allocator) {
    taken = true;
    return FrameCodec.get().encode(frame, allocator);
  }

  @Override
  public boolean hasBegun() {
    return taken;
  }

  @Override
  public boolean isDone() {
    return taken;
  }

  @Override
  public void end() {}
}
