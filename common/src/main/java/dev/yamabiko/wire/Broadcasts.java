package dev.yamabiko.wire;

import dev.yamabiko.protocol.WorkerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of one run on their way to its links: finds for the same {@code InstallWeights}
 * instance the same {@link Broadcast}, whichever link asks first.
 */
final class Broadcasts {

  private final int frameBytes;
  private final SharedMemory memory;
  private final SentWeights sent = new SentWeights();
  private final Set<Object> connections = new HashSet<>();
  private final Map<Integer, List<Broadcast>> bySlice = new HashMap<>();

  Broadcasts(BulkSettings settings) {
    frameBytes = settings.frameBytes();
    memory = new SharedMemory(settings.memory().sharedBytes());
  }

  SharedMemory memory() {
    return memory;
  }

  /** What all links were given to send. */
  SentWeights sent() {
    return sent;
  }

  /** The connection is expected to be sent what is broadcast from now on. */
  synchronized void join(Object connection) {
    connections.add(connection);
  }

  synchronized void leave(Object connection) {
    connections.remove(connection);
    bySlice.values().forEach(list -> list.forEach(each -> each.expectNoMore(connection)));
    bySlice.values().forEach(list -> list.removeIf(Broadcast::isOver));
  }

  /** The transfer of these weights to this connection. */
  synchronized Outgoing transfer(WorkerMessage.InstallWeights weights, Object connection) {
    sent.add(weights);
    Version version = new Version(weights.key(), weights.step());
    List<Broadcast> live = bySlice.computeIfAbsent(weights.slice(), slice -> new ArrayList<>());
    live.removeIf(Broadcast::isOver);
    boolean newest = true;
    for (Broadcast broadcast : live) {
      if (broadcast.weights() == weights) {
        return broadcast.claim(connection);
      }
      newest &= version.isNewerThan(broadcast.version());
    }
    Set<Object> expected = Set.of(connection);
    if (newest) {
      // Who has not asked for the older ones by now will ask for this one at once.
      live.forEach(Broadcast::expectNoMore);
      expected = connections;
    }
    Broadcast broadcast = new Broadcast(weights, frameBytes, memory, sent, expected);
    live.add(broadcast);
    return broadcast.claim(connection);
  }
}
