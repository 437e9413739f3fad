package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunMessage.PartEvaluated;
import dev.yamabiko.protocol.WorkerMessage.Evaluate;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvaluationsTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private final ActorRef<RunMessage> run = TestInbox.<RunMessage>create().getRef();
  private final Evaluations evaluations = new Evaluations();

  private Evaluate parts(long step, int from, int to) {
    return new Evaluate(KEY, step, DataPart.VALIDATION, true, from, to, run);
  }

  private static List<RunMessage> answer(long step, int part) {
    return List.of(
        new PartEvaluated(KEY, step, DataPart.VALIDATION, part, new Statistics(256, 1, 0, 0)));
  }

  private List<Evaluate> left(long step) {
    List<Evaluate> all = new ArrayList<>();
    for (var next = evaluations.next(step); next.isPresent(); next = evaluations.next(step)) {
      all.add(next.get());
    }
    return all;
  }

  @Test
  void shouldDropWhatIsQueuedAlready() {
    evaluations.add(parts(7, 2, 6));
    assertEquals(List.of(), evaluations.add(parts(7, 2, 6)));
    assertEquals(List.of(parts(7, 2, 6)), left(7));
  }

  @Test
  void shouldTakeOnlyWhatIsNewOfARequest() {
    evaluations.add(parts(7, 2, 4));
    evaluations.add(parts(7, 0, 6));
    assertEquals(List.of(parts(7, 2, 4), parts(7, 0, 2), parts(7, 4, 6)), left(7));
  }

  @Test
  void shouldDropWhatIsUnderWay() {
    evaluations.add(parts(7, 0, 2));
    evaluations.next(7);
    assertEquals(List.of(), evaluations.add(parts(7, 0, 2)));
    assertEquals(List.of(), left(7));
  }

  @Test
  void shouldGiveAnAnswerAgainThatMayHaveBeenLost() {
    evaluations.add(parts(7, 0, 2));
    evaluations.next(7);
    evaluations.done(parts(7, 0, 2), 0, answer(7, 0));
    assertEquals(answer(7, 0), evaluations.add(parts(7, 0, 2)));
    assertEquals(List.of(), left(7));
  }

  @Test
  void shouldEvaluateAgainWhatHasTooLongAnAnswerToBeKept() {
    evaluations.add(parts(7, 0, 3));
    evaluations.next(7);
    evaluations.done(parts(7, 0, 3), 0, List.of(errors(0, Evaluations.MOST_KEPT_TARGETS)));
    evaluations.done(parts(7, 0, 3), 1, List.of(errors(1, Evaluations.MOST_KEPT_TARGETS + 1)));
    assertEquals(
        List.of(errors(0, Evaluations.MOST_KEPT_TARGETS)), evaluations.add(parts(7, 0, 3)));
    assertEquals(List.of(parts(7, 1, 2)), left(7));
    assertEquals(List.of(), evaluations.add(parts(7, 1, 2)));
    assertEquals(List.of(), left(7), "it is under way again");
  }

  private static RunMessage errors(int part, int targets) {
    Measures measures = Measures.of(new Statistics(256, 1, 0, 0));
    return new RunMessage.PartMeasured(KEY, 7, DataPart.VALIDATION, part, 0, targets, measures);
  }

  @Test
  void shouldWaitForTheWeightsAndForgetOlderOnes() {
    evaluations.add(parts(7, 0, 1));
    evaluations.add(parts(9, 0, 1));
    assertEquals(Optional.empty(), evaluations.next(8));
    evaluations.add(parts(7, 0, 1));
    assertEquals(List.of(parts(9, 0, 1)), left(9));
  }

  @Test
  void shouldKeepDatasetsApart() {
    evaluations.add(parts(7, 0, 1));
    Evaluate train = new Evaluate(KEY, 7, DataPart.TRAIN, false, 0, 1, run);
    evaluations.add(train);
    assertEquals(List.of(parts(7, 0, 1), train), left(7));
  }

  /** At the end all is measured of what an epoch has only evaluated. */
  @Test
  void shouldKeepApartHowMuchIsMeasured() {
    Evaluate plain = new Evaluate(KEY, 7, DataPart.VALIDATION, false, 0, 1, run);
    evaluations.add(plain);
    evaluations.next(7);
    evaluations.done(plain, 0, answer(7, 0));
    assertEquals(List.of(), evaluations.add(parts(7, 0, 1)));
    assertEquals(List.of(parts(7, 0, 1)), left(7));
    assertEquals(answer(7, 0), evaluations.add(plain));
  }
}
