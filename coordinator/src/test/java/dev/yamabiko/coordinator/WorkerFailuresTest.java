package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage.WorkerFailed;
import dev.yamabiko.step.Block;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkerFailuresTest {

  private final WorkerFailures failures = new WorkerFailures();

  private static WorkerFailed failed(String worker, long step, Block... blocks) {
    return failed(worker, step, "boom", blocks);
  }

  private static WorkerFailed failed(String worker, long step, String cause, Block... blocks) {
    return new WorkerFailed(new RunKey("run", 1), worker, step, List.of(blocks), cause);
  }

  @Test
  void shouldEndTheRunWhenASecondWorkerFailsAtTheSameShards() {
    assertEquals(Optional.empty(), failures.add(failed("a", 3, new Block(0, 4)), false));
    assertEquals(
        Optional.of("worker b failed: boom; so did worker a before, at the same work: boom"),
        failures.add(failed("b", 3, new Block(2, 4)), false));
  }

  @Test
  void shouldLetOthersTryWhenShardsOrStepDiffer() {
    failures.add(failed("a", 3, new Block(0, 4)), false);
    assertEquals(Optional.empty(), failures.add(failed("b", 3, new Block(4, 8)), false));
    assertEquals(Optional.empty(), failures.add(failed("c", 4, new Block(0, 4)), false));
    assertEquals(Optional.empty(), failures.add(failed("d", 3), false));
  }

  @Test
  void shouldLetOthersTryWhenWorkersCannotGetReady() {
    failures.add(failed("a", -1), false);
    assertEquals(Optional.empty(), failures.add(failed("b", -1), false));
    assertEquals(Optional.of("worker c failed: boom"), failures.add(failed("c", -1), true));
  }

  @Test
  void shouldEndTheRunWhenASecondWorkerFailsAtTheEvaluationForTheSameCause() {
    failures.add(failed("a", 3, "no disk"), false);
    assertEquals(Optional.empty(), failures.add(failed("b", 3, "no memory"), false));
    assertEquals(
        Optional.of("worker c failed: no disk; so did worker a before, at the same work: no disk"),
        failures.add(failed("c", 3, "no disk"), false));
  }

  @Test
  void shouldEndTheRunWhenNobodyElseIsThere() {
    assertEquals(
        Optional.of("worker a failed: boom"), failures.add(failed("a", 3, new Block(0, 4)), true));
  }

  @Test
  void shouldForgetTheFailuresOfAStepThatHasClosed() {
    failures.add(failed("a", 3, new Block(0, 4)), false);
    failures.clear();
    assertEquals(Optional.empty(), failures.add(failed("b", 3, new Block(0, 4)), false));
  }
}
