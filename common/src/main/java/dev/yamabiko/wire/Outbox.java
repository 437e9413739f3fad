package dev.yamabiko.wire;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What one connection has still to send, and whose turn it is: control frames first, then transfers
 * of floats in the order in which they were put, taking turns frame by frame with dataset blocks.
 * Filled by any thread, emptied by the event loop. Refers to what is sent, never copies it.
 *
 * @param <K> names transfers of floats; of two with one name only the newer is of interest
 */
final class Outbox<K> {

  private final Deque<Outgoing> control = new ArrayDeque<>();
  private final Map<K, Outgoing> floats = new LinkedHashMap<>();
  private final Deque<Outgoing> blocks = new ArrayDeque<>();
  private boolean blocksTurn;
  private boolean closed;

  void control(BulkFrame frame) {
    add(control, new SingleFrame(frame));
  }

  void block(Outgoing block) {
    add(blocks, block);
  }

  private void add(Deque<Outgoing> queue, Outgoing outgoing) {
    synchronized (this) {
      if (!closed) {
        queue.add(outgoing);
        return;
      }
    }
    outgoing.end();
  }

  /**
   * Replaces an older one of this name. One that was not begun leaves its place to the newer; one
   * that was half sent is given up, and the newer goes to the end, so that a slow connection still
   * gets round to everything.
   */
  void put(K name, Outgoing transfer) {
    Outgoing ended;
    synchronized (this) {
      if (closed) {
        ended = transfer;
      } else {
        Outgoing older = floats.get(name);
        if (older != null && older.hasBegun()) {
          floats.remove(name);
        }
        floats.put(name, transfer);
        ended = older;
      }
    }
    if (ended != null) {
      ended.end();
    }
  }

  /** Gives up the transfers of floats with such names. */
  void cancel(Predicate<K> names) {
    List<Outgoing> ended = new ArrayList<>();
    synchronized (this) {
      floats
          .entrySet()
          .removeIf(entry -> names.test(entry.getKey()) && ended.add(entry.getValue()));
    }
    ended.forEach(Outgoing::end);
  }

  /** Whose turn it is, or null. The event loop takes a frame of it and says {@link #taken}. */
  synchronized Outgoing turn() {
    if (!control.isEmpty()) {
      return control.peek();
    }
    boolean block = !blocks.isEmpty() && (blocksTurn || floats.isEmpty());
    blocksTurn = !block;
    if (block) {
      return blocks.peek();
    }
    return floats.isEmpty() ? null : floats.values().iterator().next();
  }

  /** A frame was taken of this one; it may have been cancelled meanwhile. */
  void taken(Outgoing outgoing) {
    if (outgoing.isDone() && remove(outgoing)) {
      outgoing.end();
    }
  }

  private synchronized boolean remove(Outgoing outgoing) {
    return control.remove(outgoing) || blocks.remove(outgoing) || floats.values().remove(outgoing);
  }

  synchronized boolean isEmpty() {
    return control.isEmpty() && floats.isEmpty() && blocks.isEmpty();
  }

  /** Gives everything up; what comes later, too. */
  void close() {
    List<Outgoing> ended = new ArrayList<>();
    synchronized (this) {
      closed = true;
      ended.addAll(control);
      ended.addAll(floats.values());
      ended.addAll(blocks);
      control.clear();
      floats.clear();
      blocks.clear();
    }
    ended.forEach(Outgoing::end);
  }
}
