package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.Evaluation.Share;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.Statistics;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  private static RunMessage.PartEvaluated part(long step, DataPart data, int part) {
    return new RunMessage.PartEvaluated(
        new RunKey("run", 1), step, data, part, new Statistics(10, part + 1, 0, 0));
  }

  @Test
  void shouldHandOutEachPartOnce() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, 4, 5);
    assertEquals(
        List.of(new Share("a", 0, 2), new Share("b", 2, 5)), evaluation.handOut(List.of("a", "b")));
  }

  @Test
  void shouldAskNoWorkerThatGetsNoPart() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, 4, 1);
    assertEquals(List.of(new Share("c", 0, 1)), evaluation.handOut(List.of("a", "b", "c")));
  }

  @Test
  void shouldRefuseWhatWasNotAskedFor() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, 4, 1);
    assertFalse(evaluation.accept(part(3, DataPart.TRAIN, 0)));
    assertFalse(evaluation.accept(part(4, DataPart.VALIDATION, 0)));
    assertFalse(evaluation.isComplete());
  }

  @Test
  void shouldSumPartsWhateverTheirOrder() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, 4, 2);
    assertTrue(evaluation.accept(part(4, DataPart.TRAIN, 1)));
    assertTrue(evaluation.accept(part(4, DataPart.TRAIN, 1)));
    assertFalse(evaluation.isComplete());
    assertTrue(evaluation.accept(part(4, DataPart.TRAIN, 0)));
    assertTrue(evaluation.isComplete());
    assertEquals(new Statistics(20, 3, 0, 0), evaluation.sum());
  }
}
