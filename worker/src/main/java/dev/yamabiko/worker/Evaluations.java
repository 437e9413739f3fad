package dev.yamabiko.worker;

import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunMessage.PartMeasured;
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
 * already is given again, because it may have been lost on the way; one of very many targets is not
 * kept, and its part is evaluated again.
 *
 * <p>Memory: some 4 KB at most for each part asked for.
 */
final class Evaluations {

  /** Of so many targets an answer is no larger than one of classes may be. */
  static final int MOST_KEPT_TARGETS = 128;

  /** In place of an answer, of which none is empty. */
  private static final List<RunMessage> NOT_KEPT = List.of();

  private record Part(long step, DataPart data, boolean all, int number) {
    static Part of(Evaluate request, int number) {
      return new Part(request.step(), request.data(), request.all(), number);
    }
  }

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
      Part part = Part.of(request, number);
      if (!asked.add(part) && !done.remove(part, NOT_KEPT)) {
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
          new Evaluate(
              request.key(),
              request.step(),
              request.data(),
              request.all(),
              from,
              to,
              request.replyTo()));
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
    boolean small =
        answer.stream()
            .noneMatch(
                message ->
                    message instanceof PartMeasured measured
                        && measured.targets() > MOST_KEPT_TARGETS);
    done.put(Part.of(request, part), small ? answer : NOT_KEPT);
  }
}
