package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.StepTiming;
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

  /** What one says of a worker whose node may still be there. */
  static final String UNREACHED = "has lost its connection";

  private final RunSettings settings;
  private final Crew crew;
  private final Division division;
  private final SliceGroup slices;
  private final RunTimers timers;
  private final StepClock clock;
  private final LateRound late;
  private LeaseSpan span;

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
    clock = new StepClock(settings.nanoTime(), StepWork.of(settings));
    late = new LateRound(attendance, division, settings.plan());
  }

  /** The next steps, at most until this one; nothing is handed out yet. */
  void begin(long most) {
    long length = settings.elastic() ? clock.leaseSteps() : most - slices.step();
    span = new LeaseSpan(slices.step(), length, most);
    division.clear();
    late.begin();
  }

  /**
   * The steps before this one, some of which have begun. Shards stay where they are: of a block cut
   * in another way, one half would be refused beside what has been computed, and the other half
   * computed by nobody.
   */
  void finish(long last) {
    span = new LeaseSpan(slices.step(), last - slices.step(), last);
    late.begin();
  }

  /** What nobody holds, to those who can. */
  void handOut() {
    division.handOut();
    crew.giveLeases(slices.step(), span.until());
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

  /** The open step's, of which a slice says that it took so long. */
  StepTiming timing(StepTiming bySlice) {
    return clock.timing(bySlice);
  }

  /** A step has closed. */
  void closed() {
    clock.closed(late.isAnyLate());
    late.begin();
  }

  /** Whether all steps of the lease have closed. */
  boolean isOver() {
    return slices.step() >= span.until();
  }

  /**
   * Leases more steps before those that are leased have ended, if they would be divided alike: in
   * the steady state workers never wait for a lease.
   */
  void leaseAhead() {
    if (span.isTimeToExtend(slices.step()) && division.keep()) {
      long from = span.until();
      span.extend(clock.leaseSteps());
      crew.giveLeases(from, span.until());
    }
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

  /** Long before its node counts as lost others compute what it had. */
  void unreached(String worker) {
    settings.events().tell(new RunEvent.ShardsReissued(slices.step(), List.of(worker), UNREACHED));
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
      crew.giveLeases(slices.step(), span.until());
    }
  }

  private void compute(long step, Map<String, List<Block>> blocks) {
    blocks.forEach(
        (worker, some) ->
            crew.tell(worker, new WorkerMessage.ComputeBlocks(slices.key(), step, some)));
  }
}
