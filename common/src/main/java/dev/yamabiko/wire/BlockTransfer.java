package dev.yamabiko.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;

/** A dataset block on its way to a worker. */
final class BlockTransfer implements Outgoing {

  private final int request;
  private final ByteBuffer block;
  private final int bytesPerFrame;
  private final Runnable whenEnded;
  private volatile int sent;
  private volatile boolean begun;

  /**
   * @param block not written to until the transfer has ended
   * @param whenEnded called once, on any thread
   */
  BlockTransfer(int request, ByteBuffer block, int frameBytes, Runnable whenEnded) {
    this.request = request;
    this.block = block;
    this.bytesPerFrame = FrameCodec.room(frameBytes);
    this.whenEnded = whenEnded;
  }

  @Override
  public ByteBuf next(ByteBufAllocator allocator) {
    int at = sent;
    int total = block.remaining();
    int length = Math.min(bytesPerFrame, total - at);
    ByteRun run = new ByteRun(block.slice(block.position() + at, length));
    BulkFrame frame =
        begun ? new BulkFrame.BlockNext(at, run) : new BulkFrame.BlockBegin(request, total, run);
    ByteBuf encoded = FrameCodec.get().encode(frame, allocator);
    begun = true;
    sent = at + length;
    return encoded;
  }

  @Override
  public boolean hasBegun() {
    return begun;
  }

  @Override
  public boolean isDone() {
    return begun && sent == block.remaining();
  }

  @Override
  public void end() {
    whenEnded.run();
  }
}
