package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.coordinator.TrainingRun.Command;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.Collection;
import java.util.Optional;

/** The workers of a run as they are spoken to: invited, watched, asked, dismissed. */
final class Crew {

  private final RunSettings settings;
  private final ActorContext<Command> context;
  private final ActorRef<RunMessage> run;
  private final Attendance attendance;
  private final Division division;
  private final SliceGroup slices;
  private final WorkerFailures failures = new WorkerFailures();
  private final Reach reach = new Reach();

  /** Whether a worker has got ready for the run before, so that it is not the run that hinders. */
  private boolean suits;

  /**
   * @param run whom they answer
   */
  Crew(
      RunSettings settings,
      ActorContext<Command> context,
      ActorRef<RunMessage> run,
      Attendance attendance,
      Division division,
      SliceGroup slices) {
    this.settings = settings;
    this.context = context;
    this.run = run;
    this.attendance = attendance;
    this.division = division;
    this.slices = slices;
    suits = settings.begin().position().step() > 0;
  }

  void invite(String worker, ActorRef<WorkerMessage> ref) {
    attendance.invite(worker, ref);
    context.watchWith(ref, new TrainingRun.WorkerLost(worker));
  }

  /** All get ready for the slices' lineage. */
  void join() {
    failures.clear();
    attendance.begin();
    reach.forgetOwners().forEach(attendance::connected);
    division.clear();
    askAgain();
  }

  /** Whoever is not ready, and whoever is late: what was asked or its answer may be lost. */
  void askAgain() {
    attendance.invited().forEach(this::askToJoin);
    probeLate();
  }

  /**
   * Whoever is out of an owner's reach gets new connections to all owners: that they are to be
   * made, and that one is there, is said once, and may be lost.
   */
  void connectAnew() {
    for (String worker : reach.withoutAnOwner()) {
      if (attendance.isReady(worker)) {
        slices.remove(worker);
        connect(worker);
      }
    }
  }

  private void connect(String worker) {
    reach.await(worker, slices.owners());
    slices.add(worker, attendance.get(worker));
  }

  /** Where slices are still on their way to other nodes, it is asked once they are there. */
  private void askToJoin(String worker) {
    if (slices.areInPlace()) {
      tell(
          worker,
          new WorkerMessage.JoinRun(slices.key(), settings.definition(), slices.refs(), run));
    }
  }

  /** It gets weights from now on. Returns whether this is news. */
  boolean ready(String worker) {
    boolean news = attendance.ready(worker);
    if (news) {
      suits = true;
      connect(worker);
    }
    return news;
  }

  /**
   * Another may take part. One of the same name that is there already is what this worker was
   * before it started anew, and nothing will come from that any more.
   *
   * @return whether there was one
   */
  boolean offer(String worker, ActorRef<WorkerMessage> ref) {
    boolean again = attendance.contains(worker);
    if (again) {
      dismiss(worker);
    }
    invite(worker, ref);
    askToJoin(worker);
    return again;
  }

  /** It takes part no more; its blocks become orphans. */
  void dismiss(String worker) {
    context.unwatch(attendance.get(worker));
    tell(worker, new WorkerMessage.LeaveRun(slices.key()));
    slices.remove(worker);
    attendance.remove(worker);
    reach.forget(worker);
    division.orphan(worker);
  }

  /** One of its connections is lost, and may come back at once. */
  void lostConnection(String worker, String owner) {
    reach.lost(worker, owner);
  }

  /** Whether all its connections are there. */
  boolean isReached(String worker) {
    return reach.isWhole(worker);
  }

  /** It cannot be reached; its blocks become orphans. */
  void disconnected(String worker) {
    attendance.disconnected(worker);
    division.orphan(worker);
  }

  /**
   * One of its connections is there. Once all are, it takes part again; what was sent in between is
   * lost.
   *
   * @return whether all are
   */
  boolean connected(String worker, String owner) {
    if (!reach.back(worker, owner)) {
      return false;
    }
    attendance.connected(worker);
    if (attendance.isReady(worker)) {
      slices.add(worker, attendance.get(worker));
    }
    return true;
  }

  /** It is late; if there are others, its blocks become orphans until it has been heard of. */
  void suspectUnlessAlone(String worker) {
    if (attendance.contains(worker) && attendance.hasOthersThan(worker)) {
      attendance.suspend(worker);
      division.orphan(worker);
      probe(worker);
    }
  }

  /** Are those that are late still there? */
  void probeLate() {
    attendance.late().forEach(this::probe);
  }

  void probe(Collection<String> workers) {
    workers.forEach(this::probe);
  }

  private void probe(String worker) {
    tell(worker, new WorkerMessage.Probe(slices.key(), run));
  }

  /**
   * A worker could not do its work. Who does not get ready where another has can be mended, or
   * others come.
   *
   * @return why the run has to end; empty if others may try
   */
  Optional<String> failed(RunMessage.WorkerFailed failed) {
    boolean alone = attendance.names().stream().allMatch(failed.worker()::equals);
    boolean hindered = suits && !attendance.isReady(failed.worker());
    return failures.add(failed, alone && !(hindered && settings.elastic()));
  }

  void stepClosed() {
    failures.clear();
    slices.catchUp();
  }

  /** Those that are ready, late or not. */
  int size() {
    return attendance.size();
  }

  /** What each holds, in these steps. */
  void giveLeases(long fromStep, long untilStep) {
    division.renew();
    probeLate();
    for (String worker : attendance.names()) {
      tell(worker, division.lease(worker, slices.key(), fromStep, untilStep));
    }
  }

  /** All begin no further step. Returns the number of this pause. */
  long pauseLeases() {
    division.renew();
    tellAll(new WorkerMessage.PauseLease(slices.key(), division.lease(), run));
    return division.lease();
  }

  void leave() {
    tellAll(new WorkerMessage.LeaveRun(slices.key()));
  }

  void tell(String worker, WorkerMessage message) {
    attendance.get(worker).tell(message);
  }

  private void tellAll(WorkerMessage message) {
    attendance.names().forEach(worker -> tell(worker, message));
  }
}
