package dev.yamabiko.worker;

import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunMessage.PartEvaluated;
import dev.yamabiko.protocol.RunMessage.PartMeasured;
import dev.yamabiko.protocol.WorkerMessage.Evaluate;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a run is told of a part that it has asked for, in messages that each stay small. */
final class PartAnswer {

  private PartAnswer() {}

  static List<RunMessage> of(Evaluate request, int part, Measures measures) {
    if (!request.all()) {
      return List.of(
          new PartEvaluated(
              request.key(), request.step(), request.data(), part, measures.statistics()));
    }
    return measures
        .errors()
        .map(errors -> ofErrors(request, part, measures, errors))
        .orElseGet(() -> List.of(message(request, part, 0, 0, measures)));
  }

  private static List<RunMessage> ofErrors(
      Evaluate request, int part, Measures measures, ErrorTally errors) {
    List<RunMessage> messages = new ArrayList<>();
    int targets = errors.targets();
    for (int from = 0; from < targets; from += PartMeasured.MOST_TARGETS) {
      int to = Math.min(targets, from + PartMeasured.MOST_TARGETS);
      Measures some =
          new Measures(measures.statistics(), Optional.empty(), Optional.of(errors.of(from, to)));
      messages.add(message(request, part, from, targets, some));
    }
    return messages;
  }

  private static RunMessage message(
      Evaluate request, int part, int from, int targets, Measures measures) {
    return new PartMeasured(
        request.key(), request.step(), request.data(), part, from, targets, measures);
  }
}
