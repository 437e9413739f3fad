package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private final Outbox<String> outbox = new Outbox<>();
  private final List<String> ended = new ArrayList<>();

  /** A transfer of so many frames. */
  private final class Frames implements Outgoing {

    private final String name;
    private final int count;
    private int taken;

    Frames(String name, int count) {
      this.name = name;
      this.count = count;
    }

    @Override
    public ByteBuf next(ByteBufAllocator allocator) {
      taken++;
      return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public boolean hasBegun() {
      return taken > 0;
    }

    @Override
    public boolean isDone() {
      return taken == count;
    }

    @Override
    public void end() {
      ended.add(name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private void put(String name, String label, int frames) {
    outbox.put(name, new Frames(label, frames));
  }

  private String take() {
    Outgoing next = outbox.turn();
    if (next == null) {
      return null;
    }
    next.next(ByteBufAllocator.DEFAULT).release();
    outbox.taken(next);
    return next instanceof SingleFrame ? "control" : next.toString();
  }

  private List<String> takeAll() {
    List<String> all = new ArrayList<>();
    for (String next = take(); next != null; next = take()) {
      all.add(next);
    }
    return all;
  }

  @Test
  void shouldSendTransfersOfFloatsOneAfterTheOther() {
    put("a", "a", 2);
    put("b", "b", 1);
    assertEquals(List.of("a", "a", "b"), takeAll());
    assertEquals(List.of("a", "b"), ended);
  }

  @Test
  void shouldLetBlocksAndFloatsTakeTurns() {
    put("a", "a", 3);
    put("b", "b", 1);
    outbox.block(new Frames("x", 2));
    outbox.block(new Frames("y", 3));
    List<String> all = takeAll();
    assertEquals(List.of("a", "x", "a", "x", "a", "y", "b", "y", "y"), all);
  }

  @Test
  void shouldSendControlFramesFirst() {
    put("a", "a", 2);
    take();
    outbox.control(new BulkFrame.Ping());
    assertEquals(List.of("control", "a"), takeAll());
  }

  @Test
  void shouldGiveANewerTransferThePlaceOfOneThatHasNotBegun() {
    put("a", "old", 2);
    put("b", "b", 1);
    put("a", "new", 2);
    assertEquals(List.of("old"), ended);
    assertEquals(List.of("new", "new", "b"), takeAll());
  }

  @Test
  void shouldGiveUpATransferInTheMiddleForANewerOne() {
    put("a", "old", 2);
    put("b", "b", 1);
    take();
    put("a", "new", 2);
    assertEquals(List.of("old"), ended);
    assertEquals(List.of("b", "new", "new"), takeAll());
  }

  @Test
  void shouldEndEachTransferOnceWhenClosed() {
    put("a", "a", 2);
    put("b", "b", 2);
    outbox.block(new Frames("x", 2));
    take();
    outbox.cancel(name -> name.equals("b"));
    outbox.close();
    put("c", "c", 1);
    outbox.block(new Frames("y", 2));
    assertNull(take());
    assertTrue(outbox.isEmpty());
    assertEquals(List.of("b", "a", "x", "c", "y"), ended);
  }
}
