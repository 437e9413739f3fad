package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.TestInbox;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunMessage.PartMeasured;
import dev.yamabiko.protocol.WorkerMessage.Evaluate;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartAnswerTest {

  private static final Statistics STATISTICS = new Statistics(256, 1, 0, 2);

  private static List<PartMeasured> answer(int targets) {
    double[] sums = new double[targets];
    Arrays.setAll(sums, k -> k);
    ErrorTally errors = new ErrorTally(256, sums, sums.clone(), sums.clone(), sums.clone());
    Evaluate request =
        new Evaluate(
            new RunKey("run", 1),
            7,
            DataPart.VALIDATION,
            true,
            0,
            9,
            TestInbox.<RunMessage>create().getRef());
    List<PartMeasured> messages = new ArrayList<>();
    for (RunMessage message :
        PartAnswer.of(
            request, 4, new Measures(STATISTICS, Optional.empty(), Optional.of(errors)))) {
      messages.add((PartMeasured) message);
    }
    return messages;
  }

  @Test
  void shouldSayAFewTargetsInOneMessage() {
    List<PartMeasured> answer = answer(PartMeasured.MOST_TARGETS);
    assertEquals(1, answer.size());
    assertEquals(4, answer.get(0).part());
    assertEquals(7, answer.get(0).step());
    assertEquals(STATISTICS, answer.get(0).measures().statistics());
  }

  @Test
  void shouldSayManyTargetsInSeveralMessages() {
    int targets = 2 * PartMeasured.MOST_TARGETS + 1;
    List<PartMeasured> answer = answer(targets);
    assertEquals(
        List.of(0, PartMeasured.MOST_TARGETS, 2 * PartMeasured.MOST_TARGETS),
        answer.stream().map(PartMeasured::fromTarget).toList());
    for (PartMeasured some : answer) {
      assertEquals(targets, some.targets());
      ErrorTally errors = some.measures().errors().orElseThrow();
      assertEquals(some.fromTarget(), errors.mean()[0]);
      assertEquals(256, errors.examples());
    }
  }
}
