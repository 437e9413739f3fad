package dev.yamabiko.worker;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage.Evaluate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The parts of datasets that a worker is asked to evaluate, each once: the run asks again for what
 * is late, and a busy worker would never get through all that has piled up. An answer that is there
 * already is given again, because it may have been lost on the way.
 */
final class Evaluations {

  private record Part(long step, DataPart data, int number) {}

  private final Queue<Evaluate> queue = new ArrayDeque<>();

  /** Queued, under way or done. */
  private final Set<Part> asked = new HashSet<>();

  /** Written by the compute thread. */
  private final Map<Part, List<RunMessage>> done = new ConcurrentHashMap<>();

  /**
   * Queues what has not been asked for yet.
   *
   * @return the answers that are there already
   */
  List<RunMessage> add(Evaluate request) {
    List<RunMessage> again = new ArrayList<>();
    int from = request.fromPart();
    for (int number = from; number < request.toPart(); number++) {
      Part part = new Part(request.step(), request.data(), number);
      if (!asked.add(part)) {
        queue(request, from, number);
        from = number + 1;
        Optional.ofNullable(done.get(part)).ifPresent(again::addAll);
      }
    }
    queue(request, from, request.toPart());
    return again;
  }

  private void queue(Evaluate request, int from, int to) {
    if (from < to) {
      queue.add(
          new Evaluate(request.key(), request.step(), request.data(), from, to, request.replyTo()));
    }
  }

  /** Takes the next request for weights of this step; those for older ones are over. */
  Optional<Evaluate> next(long step) {
    queue.removeIf(request -> request.step() < step);
    asked.removeIf(part -> part.step() < step);
    done.keySet().removeIf(part -> part.step() < step);
    Evaluate next = queue.peek();
    return next != null && next.step() == step ? Optional.of(queue.remove()) : Optional.empty();
  }

  /** On the compute thread: this is what the run is told of a part. */
  void done(Evaluate request, int part, List<RunMessage> answer) {
    done.put(new Part(request.step(), request.data(), part), answer);
  }
}
