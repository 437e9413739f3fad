package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Training under a lease: shards are handed out, for several steps at once, and those of the open
 * step that are late are handed out a second time.
 */
final class LeasedSteps {

  private final RunSettings settings;
  private final Crew crew;
  private final Division division;
  private final SliceGroup slices;
  private final RunTimers timers;
  private final StepClock clock;
  private final LateRound late;
  private long until;

  LeasedSteps(
      RunSettings settings,
      Attendance attendance,
      Division division,
      Crew crew,
      SliceGroup slices,
      RunTimers timers) {
    this.settings = settings;
    this.crew = crew;
    this.division = division;
    this.slices = slices;
    this.timers = timers;
    clock = new StepClock(settings.nanoTime());
    late = new LateRound(attendance, division, settings.plan());
  }

  /** The next steps, at most until this one; nothing is handed out yet. */
  void begin(long most) {
    until = settings.elastic() ? Math.min(most, slices.step() + clock.leaseSteps()) : most;
    division.clear();
    late.begin();
  }

  /** What nobody holds, to those who can. */
  void handOut() {
    division.handOut();
    crew.giveLeases(until);
    awaitStep();
  }

  /** Workers have gone: what they held, to others. */
  void handOutOrphans() {
    if (division.hasOrphans()) {
      handOut();
    }
  }

  /** A step begins, or goes on after a wait. */
  void startClock() {
    clock.begin();
  }

  /** A step has closed. */
  void closed() {
    clock.closed(late.isAnyLate());
    late.begin();
  }

  /** Whether all steps of the lease have closed. */
  boolean isOver() {
    return slices.step() >= until;
  }

  void awaitStep() {
    timers.await("step " + slices.step() + " to close", clock.deadline(), List.of());
    timers.late(clock.late());
  }

  /** By the run's own measure the open step takes too long. */
  void late() {
    askForMissing();
    timers.late(clock.late().multipliedBy(2));
  }

  /** Answered by {@link RunMessage.ShardsMissing}; what is missing is late, once more. */
  void askForMissing() {
    late.next();
    late.ask(slices.size(), slices.step());
    slices.reportMissing();
  }

  /** A slice's answer; once the last is here, late shards are handed out again. */
  void missing(RunMessage.ShardsMissing answer) {
    late.accept(answer, slices.step()).ifPresent(this::blame);
  }

  private void blame(Set<Integer> shards) {
    timers.silent(division.holdersOf(shards));
    if (settings.elastic()) {
      late.reissue(shards).ifPresent(reissue -> reissue(reissue, shards));
    }
  }

  private void reissue(LateRound.Reissue reissue, Set<Integer> shards) {
    long step = slices.step();
    settings.events().tell(new RunEvent.ShardsReissued(step, reissue.holders(), "late"));
    crew.probe(reissue.suspects());
    compute(step, reissue.again());
    if (division.hasOrphans()) {
      division.handOut();
      compute(step, late.apart(shards));
      crew.giveLeases(until);
    }
  }

  private void compute(long step, Map<String, List<Block>> blocks) {
    blocks.forEach(
        (worker, some) ->
            crew.tell(worker, new WorkerMessage.ComputeBlocks(slices.key(), step, some)));
  }
}
