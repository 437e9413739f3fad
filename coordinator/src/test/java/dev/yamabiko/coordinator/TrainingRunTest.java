package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.typed.ActorRef;
import dev.yamabiko.job.Checkpoints;
import dev.yamabiko.job.Rollback;
import dev.yamabiko.job.Selection;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.Checkpoint.Turn;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.protocol.WorkerTiming;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The run's plan against workers played by probes; slices are the real ones. */
class TrainingRunTest extends RunFixture {

  @Test
  void shouldCompleteWhenEveryEpochIsTrainedAndEvaluated() {
    ActorRef<RunMessage> run = start();
    join(run);
    assertEquals(new RunEvent.RunStarted(2, 0, 0, 0), events.receiveMessage());
    for (int epoch = 0; epoch < 2; epoch++) {
      lease(first, List.of(new Block(0, 1)), 2L * epoch, 2L * epoch + 2);
      lease(second, List.of(new Block(1, 2)), 2L * epoch, 2L * epoch + 2);
      for (long step = 2L * epoch; step < 2L * epoch + 2; step++) {
        contribute(step, 0);
        contribute(step, 1);
        RunEvent.StepClosed closed = events.expectMessageClass(RunEvent.StepClosed.class);
        assertEquals(step, closed.step());
        assertEquals(4, closed.statistics().examples());
        RunEvent.StepTimed timed = timings.receiveMessage();
        assertEquals(step, timed.step());
        assertEquals(
            List.of("worker-1", "worker-2"),
            timed.timing().workers().stream().map(WorkerTiming::worker).sorted().toList());
      }
      assertEquals(epoch == 1, answerValidation(2L * epoch + 2), "all metrics after the last");
      RunEvent.EpochClosed closed = events.expectMessageClass(RunEvent.EpochClosed.class);
      assertEquals(EXAMPLES, closed.train().examples());
      assertEquals(3, closed.validation().orElseThrow().loss());
    }
    RunEvent.CheckpointTaken last = events.expectMessageClass(RunEvent.CheckpointTaken.class);
    assertEquals(new Position(4, 2, 16, Optional.empty(), 0), last.checkpoint().position());
    // Eight examples are one part, so one worker is asked.
    WorkerMessage.Evaluate train = skipTo(second, WorkerMessage.Evaluate.class);
    assertEquals(DataPart.TRAIN, train.data());
    train.replyTo().tell(evaluated(train, 5));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.COMPLETED, outcome.status());
    assertEquals(2 * EXAMPLES, outcome.samplesApplied());
    assertEquals(3, outcome.validation().orElseThrow().statistics().loss());
    assertEquals(5, outcome.train().orElseThrow().loss());
    // Zero weights, learning rate 1, each step's mean gradient is (1, 1).
    assertArrayEquals(new float[] {-4, -4}, outcome.weights().orElseThrow());
    skipTo(first, WorkerMessage.LeaveRun.class);
  }

  @Test
  void shouldHandTheShardsOfALostWorkerToTheOtherInTheSameStep() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    lease(second, List.of(new Block(1, 2)), 0, 2);
    events.expectMessageClass(RunEvent.RunStarted.class);
    second.stop();
    RunEvent.WorkerLeft left = events.expectMessageClass(RunEvent.WorkerLeft.class);
    assertEquals(new RunEvent.WorkerLeft("worker-2", "was lost", false, 1, second.ref()), left);
    lease(first, List.of(new Block(0, 1), new Block(1, 2)), 0, 2);
    contribute(0, 0);
    contribute(0, 1);
    events.expectMessageClass(RunEvent.StepClosed.class);
  }

  @Test
  void shouldFailAndNameWorkerWhenTheLastOneIsLost() {
    ActorRef<RunMessage> run = start();
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    second.stop();
    events.expectMessageClass(RunEvent.WorkerLeft.class);
    first.stop();
    events.expectMessageClass(RunEvent.WorkerLeft.class);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.FAILED, outcome.status());
    assertTrue(outcome.message().contains("worker-1 was lost"), outcome.message());
    assertTrue(outcome.weights().isEmpty());
  }

  @Test
  void shouldFailWhenTwoWorkersFailAtTheSameShards() {
    ActorRef<RunMessage> run = start();
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    List<Block> poison = List.of(new Block(1, 2));
    run.tell(new RunMessage.WorkerFailed(KEY, "worker-2", 0, poison, "boom"));
    RunEvent.WorkerLeft left = events.expectMessageClass(RunEvent.WorkerLeft.class);
    assertTrue(left.failed());
    lease(first, List.of(new Block(0, 1), new Block(1, 2)), 0, 2);
    run.tell(new RunMessage.WorkerFailed(KEY, "worker-1", 0, poison, "boom again"));
    String message = events.expectMessageClass(RunEvent.RunEnded.class).outcome().message();
    assertEquals(
        "worker worker-1 failed: boom again; so did worker worker-2 before, at the same work: boom",
        message);
  }

  @Test
  void shouldFailAndNameSilentWorkerWhenItDoesNotGetReady() {
    ActorRef<RunMessage> run = start();
    run.tell(new RunMessage.WorkerReady(KEY, "worker-1"));
    skipTo(first, WorkerMessage.InstallWeights.class);
    TIME.expectNoMessageFor(Duration.ofMinutes(6), events);
    RunOutcome outcome = waitTooLong();
    assertEquals(RunOutcome.Status.FAILED, outcome.status());
    assertTrue(outcome.message().endsWith("nothing came from worker-2"), outcome.message());
  }

  @Test
  void shouldFailAndNameStepWhenItDoesNotClose() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    lease(second, List.of(new Block(1, 2)), 0, 2);
    contribute(0, 0);
    contribute(0, 1);
    events.expectMessageClass(RunEvent.RunStarted.class);
    events.expectMessageClass(RunEvent.StepClosed.class);
    contribute(1, 0);
    TIME.expectNoMessageFor(StepDeadline.FLOOR.dividedBy(2), events);
    String message = waitTooLong().message();
    assertTrue(message.contains("step 1 to close; nothing came from worker-2"), message);
  }

  @Test
  void shouldFinishBegunStepWhenCancelled() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    lease(second, List.of(new Block(1, 2)), 0, 2);
    events.expectMessageClass(RunEvent.RunStarted.class);
    run.tell(new RunMessage.CancelRun(KEY, "interrupted"));
    WorkerMessage.PauseLease pause = skipTo(first, WorkerMessage.PauseLease.class);
    // The first worker has begun step 0, the second has not.
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 1, "worker-1"));
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 0, "worker-2"));
    lease(second, List.of(new Block(1, 2)), 0, 1);
    contribute(0, 0);
    contribute(0, 1);
    events.expectMessageClass(RunEvent.StepClosed.class);
    Position position =
        events.expectMessageClass(RunEvent.CheckpointTaken.class).checkpoint().position();
    assertEquals(new Position(1, 0, 4, Optional.of(statisticsBefore(1)), 0), position);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(1, outcome.steps());
    assertEquals("interrupted", outcome.message());
    assertArrayEquals(new float[] {-1, -1}, outcome.weights().orElseThrow());
    assertTrue(outcome.validation().isEmpty());
  }

  /** Of a block cut anew, what somebody else has computed of it in one piece would be refused. */
  @Test
  void shouldLeaveShardsWhereTheyAreWhenItFinishesBegunSteps() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    lease(second, List.of(new Block(1, 2)), 0, 2);
    run.tell(new RunMessage.SpeedMeasured(KEY, "worker-1", 1000, 1_000_000_000));
    run.tell(new RunMessage.SpeedMeasured(KEY, "worker-2", 10, 1_000_000_000));
    run.tell(new RunMessage.CancelRun(KEY, "interrupted"));
    WorkerMessage.PauseLease pause = skipTo(first, WorkerMessage.PauseLease.class);
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 1, "worker-1"));
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 1, "worker-2"));
    lease(first, List.of(new Block(0, 1)), 0, 1);
    lease(second, List.of(new Block(1, 2)), 0, 1);
  }

  @Test
  void shouldKeepWeightsAndLeaveEpochOpenWhenCancelledWhileEvaluating() {
    ActorRef<RunMessage> run = start();
    join(run);
    lease(first, List.of(new Block(0, 1)), 0, 2);
    for (long step = 0; step < 2; step++) {
      contribute(step, 0);
      contribute(step, 1);
      events.fishForMessage(
          Duration.ofSeconds(3),
          event ->
              event instanceof RunEvent.StepClosed
                  ? FishingOutcomes.complete()
                  : FishingOutcomes.continueAndIgnore());
    }
    skipTo(first, WorkerMessage.Evaluate.class);
    run.tell(new RunMessage.CancelRun(KEY, "interrupted"));
    Position position =
        events.expectMessageClass(RunEvent.CheckpointTaken.class).checkpoint().position();
    assertEquals(new Position(2, 0, 8, Optional.of(statisticsBefore(2)), 0), position);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(0, outcome.epochs());
    assertArrayEquals(new float[] {-2, -2}, outcome.weights().orElseThrow());
  }

  @Test
  void shouldFailRatherThanCloseAnEpochThatDoesNotHoldEveryExampleOnce() {
    ActorRef<RunMessage> run = start();
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    Statistics batch = statisticsBefore(1);
    // What the slices say, had the second step been applied to the first one's samples.
    run.tell(new RunMessage.SliceUpdated(KEY, 0, 0, batch, Double.NaN, StepTiming.NONE));
    run.tell(new RunMessage.SliceUpdated(KEY, 1, 0, batch, Double.NaN, StepTiming.NONE));
    events.expectMessageClass(RunEvent.StepClosed.class);
    events.expectMessageClass(RunEvent.StepClosed.class);
    answerValidation(2);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.FAILED, outcome.status());
    assertTrue(
        outcome.message().startsWith("epoch 1: expected every one of 8 examples once ("),
        outcome.message());
    assertEquals(0, outcome.ledger().orElseThrow().epochs());
  }

  @Test
  void shouldEndWithTheLastCheckpointWhenASliceCannotBeCopiedForTheEnd() {
    ActorRef<RunMessage> run = start(EVERY_STEP, Optional.empty(), Optional.empty());
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    close(0);
    // It is never written, so the copy for the end has to wait.
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    close(1);
    skipTo(first, WorkerMessage.Evaluate.class);
    run.tell(new RunMessage.CancelRun(KEY, "interrupted"));
    run.tell(new RunMessage.SliceFailed(KEY, 0, "it has moved"));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals("interrupted", outcome.message());
    assertEquals(1, outcome.steps());
    assertArrayEquals(new float[] {-1, -1}, outcome.weights().orElseThrow());
  }

  @Test
  void shouldRefuseMessagesOfAnotherTerm() {
    ActorRef<RunMessage> run = start();
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    run.tell(new RunMessage.Diverged(new RunKey("run", 0), 0, "of an older term"));
    events.expectNoMessage(Duration.ZERO);
    run.tell(new RunMessage.Diverged(KEY, 0, "loss is not finite in step 0"));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals("loss is not finite in step 0", outcome.message());
  }

  private static final Checkpoints EVERY_STEP = new Checkpoints(OptionalLong.of(1), 1);

  private ActorRef<RunMessage> startWithRollback() {
    ActorRef<RunMessage> run =
        start(EVERY_STEP, Optional.empty(), Optional.of(new Rollback(0.5, 3)));
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    close(0);
    keep(run, 1);
    return run;
  }

  private void keep(ActorRef<RunMessage> run, long step) {
    RunEvent.CheckpointTaken taken = events.expectMessageClass(RunEvent.CheckpointTaken.class);
    assertEquals(step, taken.checkpoint().position().step());
    run.tell(new RunMessage.CheckpointKept(KEY));
  }

  @Test
  void shouldGoOneCheckpointFurtherBackWhenTheRunDoesNotGetPast() {
    ActorRef<RunMessage> run = startWithRollback();
    run.tell(new RunMessage.Diverged(key, 1, "not finite"));
    RunEvent.RolledBack back = events.expectMessageClass(RunEvent.RolledBack.class);
    assertEquals(new Position(1, 0, 4, Optional.of(statisticsBefore(1)), 1), back.to());
    join(run);
    run.tell(new RunMessage.Diverged(key, 1, "not finite again"));
    back = events.expectMessageClass(RunEvent.RolledBack.class);
    assertEquals(new Position(0, 0, 0, Optional.empty(), 2), back.to());
    assertEquals(0.25, back.rateScale());
    join(run);
    assertEquals(0.25f, close(0).learningRate());
    Checkpoint taken = events.expectMessageClass(RunEvent.CheckpointTaken.class).checkpoint();
    assertEquals(Optional.of(new Turn(1, 0)), taken.wayBack().last());
    // Learning rate 1/4, mean gradient 1, from zero.
    assertArrayEquals(new float[] {-0.25f, -0.25f}, taken.weights());
  }

  @Test
  void shouldFailWhenItMayNotGoBackAgain() {
    ActorRef<RunMessage> run = startWithRollback();
    for (long step : new long[] {1, 1, 0}) {
      run.tell(new RunMessage.Diverged(key, step, "not finite"));
      events.expectMessageClass(RunEvent.RolledBack.class);
      join(run);
    }
    run.tell(new RunMessage.Diverged(key, 0, "not finite"));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals("not finite (after 3 roll-backs, as many as the job allows)", outcome.message());
    assertEquals(3, outcome.rollbacks());
  }

  @Test
  void shouldRefuseMessagesOfTheOldLineageWhenItHasGoneBack() {
    ActorRef<RunMessage> run = startWithRollback();
    RunKey old = key;
    run.tell(new RunMessage.Diverged(old, 1, "not finite"));
    events.expectMessageClass(RunEvent.RolledBack.class);
    run.tell(new RunMessage.WorkerReady(old, "worker-1"));
    run.tell(new RunMessage.WorkerReady(old, "worker-2"));
    run.tell(new RunMessage.Diverged(old, 1, "the other worker's word"));
    run.tell(
        new RunMessage.SliceUpdated(old, 1, 0, new Statistics(4, 2, 0, 0), 0, StepTiming.NONE));
    run.tell(new RunMessage.WorkerFailed(old, "worker-2", 1, List.of(), "late"));
    run.tell(new RunMessage.SliceFailed(old, 0, "late"));
    join(run);
    assertEquals(old.nextLineage(), key);
    lease(first, List.of(new Block(0, 1)), 1, 2);
    // Step 1 closes once, by what is computed for the new lineage.
    assertEquals(0.5f, close(1).learningRate());
    skipTo(first, WorkerMessage.Evaluate.class);
    events.expectNoMessage(Duration.ZERO);
  }

  @Test
  void shouldTakeTheNextCheckpointWhenTheOneBeforeIsKept() {
    ActorRef<RunMessage> run = start(EVERY_STEP, Optional.empty(), Optional.empty());
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    close(0);
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    // Training goes on while it is written, up to the next one.
    close(1);
    answerValidation(2);
    events.expectMessageClass(RunEvent.EpochClosed.class);
    // Slices have answered long before this: the wait for the disk is what is left.
    events.expectNoMessage(Duration.ofMillis(300));
    run.tell(new RunMessage.CheckpointKept(KEY));
    keep(run, 2);
    close(2);
    keep(run, 3);
  }

  @Test
  void shouldWaitForItsOwnUserHoweverLongThatTakes() {
    ActorRef<RunMessage> run = start(EVERY_STEP, Optional.empty(), Optional.empty());
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    close(0);
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    close(1);
    answerValidation(2);
    events.expectMessageClass(RunEvent.EpochClosed.class);
    for (int i = 0; i < 4; i++) {
      // Also for the slices' answers, before time passes.
      events.expectNoMessage(Duration.ofMillis(300));
      TIME.timePasses(Duration.ofMinutes(11));
    }
    events.expectNoMessage(Duration.ofMillis(300));
    run.tell(new RunMessage.CheckpointKept(KEY));
    keep(run, 2);
    // What it waits for then has its deadline again.
    String message = waitTooLong().message();
    assertTrue(message.contains("step 2"), message);
  }

  @Test
  void shouldRestoreTheBestEpochsWeightsAtTheEnd() {
    Selection best = new Selection(Selection.Metric.VALIDATION_LOSS, 0, OptionalInt.empty(), true);
    ActorRef<RunMessage> run =
        start(new Checkpoints(OptionalLong.empty(), 1), Optional.of(best), Optional.empty());
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    close(0);
    close(1);
    answerValidation(2, 1);
    events.expectMessageClass(RunEvent.EpochClosed.class);
    keep(run, 2);
    close(2);
    close(3);
    answerValidation(4, 2);
    events.expectMessageClass(RunEvent.EpochClosed.class);
    keep(run, 4);
    join(run);
    // The slices' weights may come before the run's question or after it.
    answerValidation(2, 1);
    WorkerMessage.Evaluate train = skipTo(second, WorkerMessage.Evaluate.class);
    assertEquals(2, train.step());
    train.replyTo().tell(evaluated(train, 5));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.COMPLETED, outcome.status());
    assertArrayEquals(new float[] {-2, -2}, outcome.weights().orElseThrow());
    assertEquals(OptionalInt.of(0), outcome.bestEpoch());
    assertEquals(3, outcome.validation().orElseThrow().statistics().loss());
    assertEquals(4, outcome.steps());
  }

  private static <T> T only(List<WorkerMessage> messages, Class<T> type) {
    return messages.stream().filter(type::isInstance).map(type::cast).findFirst().orElseThrow();
  }
}
