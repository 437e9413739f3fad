package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.InternalActorRef;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import dev.yamabiko.job.Checkpoints;
import dev.yamabiko.job.Rollback;
import dev.yamabiko.job.WorkerCount;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Workers that come, go, fall silent and come back, played by probes, in a run that bears it. */
class ElasticRunTest extends RunFixture {

  private static final Block LOW = new Block(0, 1);
  private static final Block HIGH = new Block(1, 2);

  private final TestProbe<WorkerMessage> third = KIT.createTestProbe(WorkerMessage.class);

  private ActorRef<RunMessage> begin(int least, OptionalLong everySteps) {
    return begin(least, everySteps, 2);
  }

  private ActorRef<RunMessage> begin(int least, OptionalLong everySteps, long until) {
    elastic = Optional.of(new WorkerCount(least, 8));
    ActorRef<RunMessage> run =
        start(new Checkpoints(everySteps, 1), Optional.empty(), Optional.empty());
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    lease(first, List.of(LOW), 0, until);
    lease(second, List.of(HIGH), 0, until);
    return run;
  }

  private ActorRef<RunMessage> begin() {
    return begin(1, OptionalLong.empty());
  }

  @Test
  void shouldLeaseMoreStepsBeforeWorkersAreThroughWithTheirs() {
    steps = 12;
    begin(1, OptionalLong.empty(), 8);
    for (long step = 0; step < 5; step++) {
      close(step);
    }
    close(5);
    WorkerMessage.TakeLease ahead = skipTo(first, WorkerMessage.TakeLease.class);
    assertEquals(8, ahead.fromStep());
    assertEquals(List.of(LOW), ahead.blocks());
    assertEquals(List.of(HIGH), skipTo(second, WorkerMessage.TakeLease.class).blocks());
    for (long step = 6; step < 12; step++) {
      close(step);
    }
    answerValidation(12);
  }

  private void lose(TestProbe<WorkerMessage> worker) {
    worker.stop();
    events.expectMessageClass(RunEvent.WorkerLeft.class);
  }

  /** The run's end, as that of a run that was cancelled after so many steps. */
  private RunOutcome cancelledAfter(int steps) {
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(steps, outcome.steps());
    return outcome;
  }

  private void loseBoth() {
    lose(first);
    lose(second);
    String why = events.expectMessageClass(RunEvent.Waiting.class).why();
    assertEquals("waits for workers: 0 of at least 1; worker worker-2 was lost", why);
  }

  private void offer(ActorRef<RunMessage> run, String name) {
    run.tell(new RunMessage.OfferWorker(KEY, name, third.ref()));
    assertEquals(KEY, skipTo(third, WorkerMessage.JoinRun.class).key());
  }

  @Test
  void shouldWaitAndGoOnInTheSameStepWhenAllWorkersAreLost() {
    ActorRef<RunMessage> run = begin();
    contribute(0, 0);
    loseBoth();
    TIME.expectNoMessageFor(Duration.ofHours(1), events);
    offer(run, "worker-3");
    run.tell(new RunMessage.WorkerReady(KEY, "worker-3"));
    assertEquals(new RunEvent.WorkerJoined("worker-3", 1), events.receiveMessage());
    assertEquals(new RunEvent.WentOn(1), events.receiveMessage());
    // Not as one block: what the slice has of it already stays.
    lease(third, List.of(HIGH, LOW), 0, 2);
    contribute(0, 1);
    assertEquals(0, events.expectMessageClass(RunEvent.StepClosed.class).step());
  }

  @Test
  void shouldWaitWithoutADeadlineWhenTheLastAnswersComeAfterTheLoss() {
    ActorRef<RunMessage> run = begin(1, OptionalLong.of(2));
    close(0);
    close(1);
    WorkerMessage.Evaluate two = skipTo(second, WorkerMessage.Evaluate.class);
    WorkerMessage.Evaluate one = skipTo(first, WorkerMessage.Evaluate.class);
    loseBoth();
    run.tell(evaluated(one, 1));
    run.tell(evaluated(two, 1));
    events.expectMessageClass(RunEvent.EpochClosed.class);
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    TIME.expectNoMessageFor(Duration.ofHours(1), events);
  }

  @Test
  void shouldEndWhenItIsCancelledWhileItWaits() {
    ActorRef<RunMessage> run = begin();
    close(0);
    loseBoth();
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(4, outcome.samplesApplied());
  }

  @Test
  void shouldNotWaitForAWorkerThatIsSilentWhenItIsCancelledWhileItWaitsForOthers() {
    ActorRef<RunMessage> run = begin(2, OptionalLong.empty());
    close(0);
    lose(second);
    events.expectMessageClass(RunEvent.Waiting.class);
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    skipTo(first, WorkerMessage.PauseLease.class);
    RunOutcome outcome = waitTooLong();
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertEquals(1, outcome.steps());
  }

  @Test
  void shouldKeepTheStepsBeforeWhenNobodyIsLeftToFinishTheBegunOne() {
    ActorRef<RunMessage> run = begin();
    close(0);
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    WorkerMessage.PauseLease pause = skipTo(first, WorkerMessage.PauseLease.class);
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 2, "worker-1"));
    run.tell(new RunMessage.LeasePaused(KEY, pause.lease(), 1, "worker-2"));
    lease(second, List.of(HIGH), 1, 2);
    lose(first);
    lose(second);
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    RunOutcome outcome = cancelledAfter(1);
    assertEquals(-1, outcome.weights().orElseThrow()[0]);
  }

  @Test
  void shouldKeepAllStepsWhenTheLastWorkerGoesWhileTheyAreCopied() {
    ActorRef<RunMessage> run = begin(1, OptionalLong.of(1), 1);
    close(0);
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    lease(first, List.of(LOW), 1, 2);
    close(1);
    skipTo(first, WorkerMessage.Evaluate.class);
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    // The checkpoint before is being written, so the last one has to wait.
    lose(first);
    lose(second);
    run.tell(new RunMessage.CheckpointKept(KEY));
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    RunOutcome outcome = cancelledAfter(2);
    assertEquals(-2, outcome.weights().orElseThrow()[0]);
  }

  @Test
  void shouldWaitForWorkersWhenItGoesBackAndNobodyIsThere() {
    elastic = Optional.of(new WorkerCount(1, 8));
    ActorRef<RunMessage> run =
        start(
            new Checkpoints(OptionalLong.of(1), 1),
            Optional.empty(),
            Optional.of(new Rollback(0.5, 3)));
    join(run);
    events.expectMessageClass(RunEvent.RunStarted.class);
    loseBoth();
    run.tell(new RunMessage.Diverged(KEY, 0, "not finite"));
    events.expectMessageClass(RunEvent.RolledBack.class);
    TIME.expectNoMessageFor(Duration.ofHours(1), events);
    run.tell(new RunMessage.OfferWorker(KEY, "worker-3", third.ref()));
    RunKey lineage = skipTo(third, WorkerMessage.JoinRun.class).key();
    assertEquals(KEY.nextLineage(), lineage);
    run.tell(new RunMessage.WorkerReady(lineage, "worker-3"));
    assertEquals(new RunEvent.WentOn(1), events.receiveMessage());
    lease(third, List.of(new Block(0, 2)), 0, 1);
  }

  @Test
  void shouldEndWithTheLastCheckpointWhenSlicesAreOnDifferentStepsAndNobodyIsLeft() {
    twoSlices = true;
    ActorRef<RunMessage> run = begin(1, OptionalLong.of(1), 1);
    close(0);
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    run.tell(new RunMessage.CheckpointKept(KEY));
    lease(first, List.of(LOW), 1, 2);
    // The second slice closes step 1, the first never can.
    contribute(1, 0);
    contribute(1, 1, 1);
    loseBoth();
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    RunOutcome outcome = cancelledAfter(1);
    assertEquals("enough", outcome.message());
    assertEquals(4, outcome.samplesApplied());
    assertEquals(-1, outcome.weights().orElseThrow()[0]);
    assertEquals(-1, outcome.weights().orElseThrow()[2 * 4096 - 1]);
  }

  @Test
  void shouldStopAfterAStepThatAllSlicesHaveWhenNobodyIsLeft() {
    twoSlices = true;
    ActorRef<RunMessage> run = begin();
    loseBoth();
    contribute(0, 0);
    contribute(0, 1);
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    assertEquals(0, events.expectMessageClass(RunEvent.StepClosed.class).step());
    events.expectMessageClass(RunEvent.CheckpointTaken.class);
    RunOutcome outcome = cancelledAfter(1);
    assertEquals(-1, outcome.weights().orElseThrow()[0]);
  }

  @Test
  void shouldKeepNothingWhenNobodyCanFinishTheFirstStep() {
    twoSlices = true;
    ActorRef<RunMessage> run = begin();
    contribute(0, 0);
    contribute(0, 1, 1);
    loseBoth();
    run.tell(new RunMessage.CancelRun(KEY, "enough"));
    RunOutcome outcome = cancelledAfter(0);
    assertTrue(outcome.weights().isEmpty());
  }

  @Test
  void shouldTakeANewStartOfAWorkerForTheOldOne() {
    ActorRef<RunMessage> run = begin();
    offer(run, "worker-2");
    skipTo(second, WorkerMessage.LeaveRun.class);
    lease(first, List.of(LOW, HIGH), 0, 2);
    run.tell(new RunMessage.WorkerReady(KEY, "worker-2"));
    assertEquals(new RunEvent.WorkerJoined("worker-2", 2), events.receiveMessage());
    // The old one's end is no news any more.
    second.stop();
    close(0);
    close(1);
    WorkerMessage.Evaluate one = skipTo(first, WorkerMessage.Evaluate.class);
    WorkerMessage.Evaluate two = skipTo(third, WorkerMessage.Evaluate.class);
    run.tell(evaluated(one, 1));
    run.tell(evaluated(two, 1));
    events.expectMessageClass(RunEvent.EpochClosed.class);
    lease(first, List.of(LOW), 2, 4);
    lease(third, List.of(HIGH), 2, 4);
  }

  @Test
  void shouldSayAtOnceWhoseShardsGoToOthersForALostConnection() {
    ActorRef<RunMessage> run = begin();
    run.tell(new RunMessage.WorkerDisconnected(KEY, "worker-2"));
    TIME.expectNoMessageFor(Duration.ofMillis(200), events);
    TIME.timePasses(Duration.ofMillis(100));
    assertEquals(
        new RunEvent.ShardsReissued(0, List.of("worker-2"), "has lost its connection"),
        events.receiveMessage());
  }

  @Test
  void shouldNotTakeTheOldOnesLostConnectionForTheNewOnes() {
    ActorRef<RunMessage> run = begin();
    run.tell(new RunMessage.WorkerDisconnected(KEY, "worker-2"));
    offer(run, "worker-2");
    run.tell(new RunMessage.WorkerReady(KEY, "worker-2"));
    assertEquals(new RunEvent.WorkerJoined("worker-2", 2), events.receiveMessage());
    TIME.timePasses(Duration.ofMillis(300));
    close(0);
    close(1);
    WorkerMessage.Evaluate one = skipTo(first, WorkerMessage.Evaluate.class);
    WorkerMessage.Evaluate two = skipTo(third, WorkerMessage.Evaluate.class);
    run.tell(evaluated(one, 1));
    run.tell(evaluated(two, 1));
    events.expectMessageClass(RunEvent.EpochClosed.class);
    lease(third, List.of(HIGH), 2, 4);
  }

  @Test
  void shouldSayThatAWorkerHasLeftWhoseConnectionEndsBeforeItsNode() {
    ActorRef<RunMessage> run = begin(2, OptionalLong.empty());
    run.tell(new RunMessage.WorkerLeaving(KEY, "worker-2"));
    run.tell(new RunMessage.WorkerDisconnected(KEY, "worker-2"));
    assertEquals(
        new RunEvent.WorkerLeft("worker-2", "has left", false, 1, second.ref()),
        events.expectMessageClass(RunEvent.WorkerLeft.class));
    assertEquals(
        "waits for workers: 1 of at least 2; worker worker-2 has left",
        events.expectMessageClass(RunEvent.Waiting.class).why());
  }

  @Test
  void shouldWaitWhenAConnectionIsLostThatTheJobCannotDoWithout() {
    ActorRef<RunMessage> run = begin(2, OptionalLong.empty());
    run.tell(new RunMessage.WorkerDisconnected(KEY, "worker-2"));
    TIME.expectNoMessageFor(Duration.ofMillis(200), events);
    TIME.timePasses(Duration.ofMillis(100));
    RunEvent.Waiting waiting = events.expectMessageClass(RunEvent.Waiting.class);
    String why = waiting.why();
    assertTrue(why.startsWith("waits for workers: 1 of at least 2"), why);
    assertEquals(List.of("worker-1"), waiting.workers());
    // Its control messages come, but no weights would reach it.
    run.tell(new RunMessage.ProbeAnswered(KEY, "worker-2"));
    TIME.expectNoMessageFor(Duration.ofMinutes(5), events);
    run.tell(new RunMessage.WorkerConnected(KEY, "worker-2"));
    assertEquals(new RunEvent.WentOn(2), events.receiveMessage());
    close(0);
  }

  @Test
  void shouldHandOutALateWorkersShardsAndAskWhetherItIsThere() {
    begin();
    contribute(0, 0);
    TIME.expectNoMessageFor(LateDeadline.FIRST.minusSeconds(1), events);
    TIME.timePasses(Duration.ofSeconds(2));
    assertEquals(
        new RunEvent.ShardsReissued(0, List.of("worker-2"), "late"), events.receiveMessage());
    lease(first, List.of(LOW, HIGH), 0, 2);
    WorkerMessage.Probe probe = skipTo(second, WorkerMessage.Probe.class);
    contribute(0, 1);
    events.expectMessageClass(RunEvent.StepClosed.class);
    // It was late, not lost: from the next lease on it has its shards again.
    probe.replyTo().tell(new RunMessage.ProbeAnswered(KEY, "worker-2"));
    close(1);
    answerValidation(2);
    events.expectMessageClass(RunEvent.EpochClosed.class);
    lease(first, List.of(LOW), 2, 4);
    lease(second, List.of(HIGH), 2, 4);
  }

  @Test
  void shouldAskALateWorkerWhetherItIsThereUntilItAnswers() {
    begin();
    contribute(0, 0);
    TIME.timePasses(LateDeadline.FIRST.plusSeconds(1));
    events.expectMessageClass(RunEvent.ShardsReissued.class);
    skipTo(second, WorkerMessage.Probe.class);
    lose(first);
    events.expectMessageClass(RunEvent.Waiting.class);
    // That one is lost, too.
    skipTo(second, WorkerMessage.Probe.class);
    TIME.timePasses(Duration.ofSeconds(5));
    WorkerMessage.Probe probe = skipTo(second, WorkerMessage.Probe.class);
    probe.replyTo().tell(new RunMessage.ProbeAnswered(KEY, "worker-2"));
    assertEquals(new RunEvent.WentOn(1), events.receiveMessage());
  }

  @Test
  void shouldConnectAWorkerAnewWhoseReturnAnOwnerHasNotBeenHeardToSay() {
    ActorRef<RunMessage> run = begin(2, OptionalLong.empty());
    run.tell(new RunMessage.WorkerDisconnected(KEY, "worker-2", "an-owner"));
    TIME.timePasses(Duration.ofSeconds(1));
    events.expectMessageClass(RunEvent.Waiting.class);
    skipTo(second, WorkerMessage.Probe.class);
    TIME.timePasses(Duration.ofSeconds(30));
    assertEquals(0, skipTo(second, WorkerMessage.InstallWeights.class).step());
    run.tell(new RunMessage.WorkerConnected(KEY, "worker-2", "an-owner"));
    assertEquals(new RunEvent.WentOn(2), events.receiveMessage());
    close(0);
  }

  @Test
  void shouldGoOnWaitingWhenAFailureOfOneThatHasLeftComesTwice() {
    ActorRef<RunMessage> run = begin();
    RunMessage failed = new RunMessage.WorkerFailed(KEY, "worker-2", 0, List.of(HIGH), "no disk");
    run.tell(failed);
    events.expectMessageClass(RunEvent.WorkerLeft.class);
    lose(first);
    events.expectMessageClass(RunEvent.Waiting.class);
    run.tell(failed);
    TIME.expectNoMessageFor(Duration.ofMinutes(1), events);
    offer(run, "worker-3");
    run.tell(new RunMessage.WorkerReady(KEY, "worker-3"));
    assertEquals(new RunEvent.WorkerJoined("worker-3", 1), events.receiveMessage());
  }

  @Test
  void shouldWaitForAnotherWhenTheOnlyWorkerCannotGetReadyWhereOneCouldBefore() {
    ActorRef<RunMessage> run = begin();
    lose(second);
    lose(first);
    events.expectMessageClass(RunEvent.Waiting.class);
    offer(run, "worker-3");
    run.tell(new RunMessage.WorkerFailed(KEY, "worker-3", -1, List.of(), "its disk is full"));
    RunEvent.WorkerLeft left = events.expectMessageClass(RunEvent.WorkerLeft.class);
    assertEquals("failed: its disk is full", left.why());
    TIME.expectNoMessageFor(Duration.ofHours(1), events);
    offer(run, "worker-3");
    run.tell(new RunMessage.WorkerReady(KEY, "worker-3"));
    assertEquals(new RunEvent.WorkerJoined("worker-3", 1), events.receiveMessage());
    assertEquals(new RunEvent.WentOn(1), events.receiveMessage());
  }

  @Test
  void shouldFailWhenTheOnlyWorkerCannotGetReadyAndNoneHasBefore() {
    elastic = Optional.of(new WorkerCount(1, 8));
    ActorRef<RunMessage> run =
        start(new Checkpoints(OptionalLong.empty(), 1), Optional.empty(), Optional.empty());
    lose(second);
    run.tell(new RunMessage.WorkerFailed(KEY, "worker-1", -1, List.of(), "its disk is full"));
    RunOutcome outcome = events.expectMessageClass(RunEvent.RunEnded.class).outcome();
    assertEquals(RunOutcome.Status.FAILED, outcome.status());
  }

  @Test
  void shouldHandNothingOutWhenTheAnswerOfASliceComesAfterTheLoss() {
    ActorRef<RunMessage> run = begin(2, OptionalLong.empty());
    close(0);
    InternalActorRef slice = slice(0);
    slice.suspend();
    TIME.timePasses(StepDeadline.FLOOR.dividedBy(2).plusSeconds(1));
    lose(second);
    events.expectMessageClass(RunEvent.Waiting.class);
    slice.resume(null);
    events.expectNoMessage(Duration.ofMillis(500));
    offer(run, "worker-3");
    run.tell(new RunMessage.WorkerReady(KEY, "worker-3"));
    assertEquals(new RunEvent.WorkerJoined("worker-3", 2), events.receiveMessage());
    assertEquals(new RunEvent.WentOn(2), events.receiveMessage());
  }

  /** The first steps count as late only after so long that the next look is the last one. */
  @Test
  void shouldAskTheOnlyWorkerAgainBeforeTheDeadlineWhenItsLeaseWasLost() {
    begin();
    close(0);
    lose(first);
    TIME.timePasses(StepDeadline.FLOOR.dividedBy(2).plusSeconds(1));
    events.expectMessageClass(RunEvent.ShardsReissued.class);
    assertEquals(List.of(HIGH, LOW), skipTo(second, WorkerMessage.ComputeBlocks.class).blocks());
  }

  @Test
  void shouldUseAWorkerWhoseConnectionCameBackBeforeItWasReadyAgain() {
    elastic = Optional.of(new WorkerCount(1, 8));
    Checkpoints everyStep = new Checkpoints(OptionalLong.of(1), 1);
    ActorRef<RunMessage> run =
        start(everyStep, Optional.empty(), Optional.of(new Rollback(0.5, 3)));
    join(run);
    lease(first, List.of(LOW), 0, 1);
    run.tell(new RunMessage.WorkerDisconnected(KEY, "worker-2"));
    TIME.expectNoMessageFor(Duration.ofMillis(300), third);
    lease(first, List.of(LOW, HIGH), 0, 1);
    run.tell(new RunMessage.Diverged(KEY, 0, "no number"));
    run.tell(new RunMessage.WorkerConnected(KEY, "worker-2"));
    join(run);
    lease(first, List.of(LOW), 0, 1);
    lease(second, List.of(HIGH), 0, 1);
  }
}
