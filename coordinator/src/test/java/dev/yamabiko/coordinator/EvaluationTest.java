package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.Evaluation.Share;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  private static RunMessage.PartEvaluated part(long step, DataPart data, int part) {
    return new RunMessage.PartEvaluated(
        new RunKey("run", 1), step, data, part, new Statistics(10, part + 1, 0, 0));
  }

  private static RunMessage.PartMeasured measured(int part, int from, int targets, double... sums) {
    ErrorTally errors = new ErrorTally(10, sums, sums.clone(), sums.clone(), sums.clone());
    Measures measures =
        new Measures(new Statistics(10, 1, 0, 4), Optional.empty(), Optional.of(errors));
    return new RunMessage.PartMeasured(
        new RunKey("run", 1), 4, DataPart.VALIDATION, part, from, targets, measures);
  }

  @Test
  void shouldHandOutEachPartOnce() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, false, 4, 5);
    assertEquals(
        List.of(new Share("a", 0, 2), new Share("b", 2, 5)), evaluation.handOut(List.of("a", "b")));
  }

  @Test
  void shouldAskNoWorkerThatGetsNoPart() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, false, 4, 1);
    assertEquals(List.of(new Share("c", 0, 1)), evaluation.handOut(List.of("a", "b", "c")));
  }

  @Test
  void shouldRefuseWhatWasNotAskedFor() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, false, 4, 1);
    assertFalse(evaluation.accept(part(3, DataPart.TRAIN, 0)));
    assertFalse(evaluation.accept(part(4, DataPart.VALIDATION, 0)));
    assertFalse(evaluation.isComplete());
  }

  @Test
  void shouldSumPartsWhateverTheirOrder() {
    Evaluation evaluation = new Evaluation(DataPart.TRAIN, false, 4, 2);
    assertTrue(evaluation.accept(part(4, DataPart.TRAIN, 1)));
    assertTrue(evaluation.accept(part(4, DataPart.TRAIN, 1)));
    assertFalse(evaluation.isComplete());
    assertTrue(evaluation.accept(part(4, DataPart.TRAIN, 0)));
    assertTrue(evaluation.isComplete());
    assertEquals(Measures.of(new Statistics(20, 3, 0, 0)), evaluation.sum());
  }

  @Test
  void shouldPutAPartTogetherWhoseTargetsComeOneAfterTheOther() {
    Evaluation evaluation = new Evaluation(DataPart.VALIDATION, true, 4, 2);
    evaluation.handOut(List.of("a"));
    assertTrue(evaluation.accept(measured(0, 2, 3, 5)));
    assertTrue(evaluation.accept(measured(0, 2, 3, 5)));
    assertTrue(evaluation.accept(measured(1, 0, 3, 1, 2)));
    assertEquals(List.of("a"), evaluation.silent());
    assertTrue(evaluation.accept(measured(1, 2, 3, 3)));
    assertFalse(evaluation.isComplete(), "of part 0 two targets are missing");
    assertEquals(List.of(new Share("b", 0, 1)), evaluation.handOut(List.of("b")));
    assertTrue(evaluation.accept(measured(0, 0, 3, 3, 4)));
    assertTrue(evaluation.isComplete());
    ErrorTally errors = evaluation.sum().errors().orElseThrow();
    assertEquals(20, errors.examples());
    assertArrayEquals(new double[] {4, 6, 8}, errors.absolute());
    assertEquals(new Statistics(20, 2, 0, 8), evaluation.sum().statistics());
  }

  @Test
  void shouldRefuseStatisticsAloneWhereAllIsWanted() {
    Evaluation evaluation = new Evaluation(DataPart.VALIDATION, true, 4, 1);
    assertFalse(evaluation.accept(part(4, DataPart.VALIDATION, 0)));
    assertTrue(evaluation.accept(measured(0, 0, 1, 7)));
    assertTrue(evaluation.accept(measured(0, 0, 1, 8)), "late, and dropped");
    assertArrayEquals(new double[] {7}, evaluation.sum().errors().orElseThrow().absolute());
  }

  @Test
  void shouldTakeStatisticsAloneWhereNoMoreIsWanted() {
    Evaluation evaluation = new Evaluation(DataPart.VALIDATION, false, 4, 1);
    assertFalse(evaluation.accept(measured(0, 0, 1, 7)), "of another evaluation");
    assertTrue(evaluation.accept(part(4, DataPart.VALIDATION, 0)));
    assertEquals(Measures.of(new Statistics(10, 1, 0, 0)), evaluation.sum());
  }
}
