package dev.yamabiko.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The dataset blocks that a worker waits for. Those that a lost connection has not brought are
 * asked for again on the next one. Memory: the one block that is arriving; finished ones are the
 * caller's. Thread-safe; futures are completed outside its lock.
 */
final class BlockFetches {

  /** Asked for at a time on one connection; the others wait. */
  static final int MOST_ASKED = 8;

  private static final class Fetch {
    final String sha256;
    final int index;
    final long since;
    final CompletableFuture<ByteBuffer> future = new CompletableFuture<>();

    Fetch(String sha256, int index, long since) {
      this.sha256 = sha256;
      this.index = index;
      this.since = since;
    }

    void fail(String why) {
      future.completeExceptionally(
          new BulkException("block %d of dataset %s: %s".formatted(index, sha256, why)));
    }
  }

  private final int mostBlockBytes;
  private final Deque<Fetch> waiting = new ArrayDeque<>();
  private final Map<Integer, Fetch> asked = new LinkedHashMap<>();
  private Outbox<?> outbox;
  private int lastRequest;
  private long lastProgress;
  // The block that is arriving.
  private int arriving;
  private ByteBuffer block;

  BlockFetches(int mostBlockBytes) {
    this.mostBlockBytes = mostBlockBytes;
    lastProgress = System.nanoTime();
  }

  synchronized CompletableFuture<ByteBuffer> add(String sha256, int index) {
    Fetch fetch = new Fetch(sha256, index, System.nanoTime());
    waiting.add(fetch);
    ask();
    return fetch.future;
  }

  /** From now on requests go there. */
  synchronized void connected(Outbox<?> to) {
    outbox = to;
    ask();
  }

  synchronized void disconnected() {
    outbox = null;
    block = null;
    List<Fetch> again = new ArrayList<>(asked.values());
    asked.clear();
    again.removeIf(fetch -> fetch.future.isDone());
    for (int i = again.size() - 1; i >= 0; i--) {
      waiting.addFirst(again.get(i));
    }
  }

  private void ask() {
    while (outbox != null && !waiting.isEmpty() && asked.size() < MOST_ASKED) {
      Fetch fetch = waiting.remove();
      int request = ++lastRequest & Integer.MAX_VALUE;
      asked.put(request, fetch);
      outbox.control(new BulkFrame.BlockRequest(request, fetch.sha256, fetch.index));
    }
  }

  void begin(BulkFrame.BlockBegin begin) throws BulkException {
    synchronized (this) {
      if (!asked.containsKey(begin.request())) {
        throw new BulkException("a dataset block that nobody asked for");
      }
      if (begin.total() < 0 || begin.total() > mostBlockBytes) {
        throw new BulkException(
            "a dataset block of %s bytes, at most %d are taken"
                .formatted(Integer.toUnsignedString(begin.total()), mostBlockBytes));
      }
      arriving = begin.request();
      block = ByteBuffer.allocate(begin.total());
    }
    append(0, begin.first());
  }

  void next(BulkFrame.BlockNext next) throws BulkException {
    append(next.at(), next.bytes());
  }

  private void append(int at, ByteRun run) throws BulkException {
    Fetch finished;
    ByteBuffer whole;
    synchronized (this) {
      if (block == null || at != block.position() || run.length() > block.remaining()) {
        throw new BulkException(
            "bytes [%d, %d) of a dataset block do not continue it"
                .formatted(at, (long) at + run.length()));
      }
      lastProgress = System.nanoTime();
      block.put(run.bytes());
      if (block.hasRemaining()) {
        return;
      }
      whole = block.flip();
      block = null;
      finished = asked.remove(arriving);
      ask();
    }
    finished.future.complete(whole);
  }

  void missing(BulkFrame.BlockMissing missing) throws BulkException {
    Fetch fetch;
    synchronized (this) {
      fetch = asked.remove(missing.request());
      if (fetch == null) {
        throw new BulkException("an answer to a request that was not made");
      }
      lastProgress = System.nanoTime();
      ask();
    }
    fetch.fail(missing.reason());
  }

  /**
   * Fails those for whose sake nothing has arrived for so long. One that was asked for stays so:
   * its answer may still come, and is then of no interest.
   */
  void expire(Duration deadline, String state) {
    List<Fetch> expired = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      asked.values().stream().filter(fetch -> isLate(fetch, now, deadline)).forEach(expired::add);
      waiting.removeIf(fetch -> isLate(fetch, now, deadline) && expired.add(fetch));
    }
    expired.forEach(
        fetch -> fetch.fail("not received within %d ms, %s".formatted(deadline.toMillis(), state)));
  }

  private boolean isLate(Fetch fetch, long now, Duration deadline) {
    return Math.min(now - fetch.since, now - lastProgress) > deadline.toNanos();
  }

  /** Fails all, and what comes later. */
  void end(String why) {
    List<Fetch> failed = new ArrayList<>();
    synchronized (this) {
      failed.addAll(asked.values());
      failed.addAll(waiting);
      asked.clear();
      waiting.clear();
      outbox = null;
    }
    failed.forEach(fetch -> fetch.fail(why));
  }
}
