package dev.yamabiko.wire;

import dev.yamabiko.protocol.WorkerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * One slice's weights on their way to all workers of a run. A frame is encoded when the fastest
 * connection gets to it, kept while another one is expected to need it, and released with the last.
 * Where the run's memory for kept frames is used up, a frame is not kept and the others encode it
 * for themselves.
 *
 * <p>A slice overwrites the floats once all slices have closed the step that they are for. What
 * might have been read too late is not sent, and the transfer is given up: nobody needs it then,
 * and newer weights follow.
 */
final class Broadcast {

  private final WorkerMessage.InstallWeights weights;
  private final FloatFrames frames;
  private final SharedMemory memory;
  private final SentWeights sent;
  private final Set<Object> expected;
  private final ByteBuf[] kept;
  private final int[] waiting;
  private int claims;

  /**
   * @param sent tells when the floats may be overwritten
   * @param expected connections that will probably claim it
   */
  Broadcast(
      WorkerMessage.InstallWeights weights,
      int frameBytes,
      SharedMemory memory,
      SentWeights sent,
      Set<Object> expected) {
    this.weights = weights;
    this.frames = FloatFrames.of(weights, frameBytes);
    this.memory = memory;
    this.sent = sent;
    this.expected = new HashSet<>(expected);
    kept = new ByteBuf[frames.count()];
    waiting = new int[kept.length];
    Arrays.fill(waiting, expected.size());
  }

  WorkerMessage.InstallWeights weights() {
    return weights;
  }

  Version version() {
    return new Version(weights.key(), weights.step());
  }

  /** The transfer to this connection. */
  synchronized Outgoing claim(Object connection) {
    claims++;
    return new Claim(expected.remove(connection));
  }

  /** These connections will not claim it, or not for long. */
  synchronized void expectNoMore(Object connection) {
    if (expected.remove(connection)) {
      passFrom(0);
    }
  }

  synchronized void expectNoMore() {
    for (int i = expected.size(); i > 0; i--) {
      passFrom(0);
    }
    expected.clear();
  }

  /** Whether it keeps nothing for anybody. */
  synchronized boolean isOver() {
    return claims == 0 && expected.isEmpty();
  }

  private void passFrom(int position) {
    for (int i = position; i < kept.length; i++) {
      waiting[i]--;
      if (waiting[i] == 0 && kept[i] != null) {
        drop(i).release();
      }
    }
  }

  private ByteBuf drop(int index) {
    ByteBuf frame = kept[index];
    kept[index] = null;
    memory.free(frame.capacity());
    return frame;
  }

  /** Null if the floats may have been overwritten while they were read. */
  private ByteBuf take(int index, ByteBufAllocator allocator) {
    if (kept[index] != null) {
      return waiting[index] == 0 ? drop(index) : kept[index].retainedDuplicate();
    }
    ByteBuf frame = frames.encode(index, allocator);
    memory.countEncoding();
    if (sent.isClosed(weights.key(), weights.step())) {
      frame.release();
      return null;
    }
    if (waiting[index] == 0 || !memory.reserve(frame.capacity())) {
      return frame;
    }
    kept[index] = frame;
    return frame.retainedDuplicate();
  }

  /** One connection's way through the frames. */
  private final class Claim implements Outgoing {

    // Counted among those that frames wait for.
    private boolean counted;
    private int position;
    private boolean givenUp;

    Claim(boolean counted) {
      this.counted = counted;
    }

    @Override
    public ByteBuf next(ByteBufAllocator allocator) {
      synchronized (Broadcast.this) {
        int index = position++;
        if (counted) {
          waiting[index]--;
        }
        ByteBuf frame = take(index, allocator);
        givenUp = frame == null;
        return frame;
      }
    }

    @Override
    public boolean hasBegun() {
      synchronized (Broadcast.this) {
        return position > 0;
      }
    }

    @Override
    public boolean isDone() {
      synchronized (Broadcast.this) {
        return position == kept.length || givenUp;
      }
    }

    @Override
    public void end() {
      synchronized (Broadcast.this) {
        claims--;
        if (counted) {
          counted = false;
          passFrom(position);
        }
      }
    }
  }
}
