package dev.yamabiko.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A transfer on its way out of one connection. */
interface Outgoing {

  /**
   * Encodes or shares its next frame, which is the caller's; on the event loop, while not done.
   * Null if it is done without another one, because it has become of no use.
   */
  ByteBuf next(ByteBufAllocator allocator);

  /** Whether some frame has been taken. */
  boolean hasBegun();

  /** Whether no more frames are to be taken. */
  boolean isDone();

  /** It is not needed any more, at the latest when it is done; called once, on any thread. */
  void end();
}
