package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.japi.function.Function;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One run as an actor: refuses what is of another run, term or lineage, keeps account of the
 * workers, and passes on the rest to those who decide.
 *
 * <pre>
 *   TrainingRun --> RunCourse    what comes next, from the first step to the end
 *                     LeaseEnd             an epoch is closed, a checkpoint taken
 *               --> Activity     what is being done: join, train, pause, evaluate, copy
 *                     LeasedSteps, EvaluationRounds, CheckpointTaking
 *               --> Crew         the workers as they are spoken to
 *                     Attendance, Division, Quorum      who is there, who does what, are they enough
 *                   SliceGroup   the parameter slices, as one
 * </pre>
 *
 * <p>A worker that is lost, fails or is late leaves its blocks to the others, in the same step;
 * what it has contributed stays. In an elastic run workers come and go between leases, and without
 * enough of them the run waits, also where the only one cannot get ready, but another could before.
 * Two workers that fail at the same shards end the run: it is not the workers' fault.
 *
 * <p>A node that owns slices and is lost, or silent, takes all slices back to the last checkpoint;
 * they live on the nodes that are left from then on, or here. So does a message between nodes that
 * is lost for good, with nobody left out.
 *
 * <p>Ends with exactly one {@link RunEvent.RunEnded} and stops. A slice that fails, a loss that
 * diverged for good, or a deadline that passes ends the run as failed, with the cause. Lost state
 * comes back from the last checkpoint.
 */
public final class TrainingRun extends AbstractBehavior<TrainingRun.Command> {

  sealed interface Command {}

  private record FromOutside(RunMessage message) implements Command {}

  record WorkerLost(String worker) implements Command {}

  record SliceLost(int slice) implements Command {}

  /** Half of the wait's limit has passed. */
  record HalfPassed() implements Command {}

  /** What is awaited is late, by what the run's own steps take. */
  record Late() implements Command {}

  /** Whoever is not ready is invited once more: the invitation or its answer may be lost. */
  record InviteAgain() implements Command {}

  /**
   * Whoever is out of an owner's reach is connected anew: that it is back may not have been heard.
   */
  record ConnectAnew() implements Command {}

  /** The connection of this start of a worker has not come back. */
  record StillDisconnected(String worker, ActorRef<WorkerMessage> ref) implements Command {}

  public static Behavior<RunMessage> create(RunSettings settings) {
    return Behaviors.transformMessages(
        RunMessage.class,
        Behaviors.<Command>setup(
            context -> Behaviors.withTimers(timers -> new TrainingRun(context, timers, settings))),
        wrap -> wrap.match(RunMessage.class, FromOutside::new));
  }

  private final RunSettings settings;
  private final RunTimers timers;
  private final Attendance attendance = new Attendance();
  private final Quorum quorum;
  private final SliceGroup slices;
  private final Crew crew;
  private final LeasedSteps training;
  private final Activity activity;
  private final RunCourse course;

  private TrainingRun(
      ActorContext<Command> context, TimerScheduler<Command> scheduler, RunSettings settings) {
    super(context);
    context.setLoggerName(TrainingRun.class);
    this.settings = settings;
    ActorRef<RunMessage> self = context.messageAdapter(RunMessage.class, FromOutside::new);
    timers = new RunTimers(scheduler, settings.elastic());
    quorum = new Quorum(attendance, settings.job().workers().least(), settings.elastic());
    slices = new SliceGroup(settings, context, self);
    Division division = new Division(attendance, settings.plan().shards());
    crew = new Crew(settings, context, self, attendance, division, slices);
    training = new LeasedSteps(settings, attendance, division, crew, slices, timers);
    EvaluationRounds evaluations =
        new EvaluationRounds(settings, self, attendance, crew, slices, timers);
    Rollbacks rollbacks = new Rollbacks(settings.job().rollback(), settings.begin());
    CheckpointTaking checkpoints =
        new CheckpointTaking(
            settings.network().length(),
            settings.job().optimizer().stateVectors(),
            rollbacks,
            settings.begin());
    activity =
        new Activity(
            settings.events(),
            attendance,
            crew,
            quorum,
            slices,
            timers,
            training,
            evaluations,
            checkpoints);
    course =
        new RunCourse(
            settings, activity, crew, quorum, slices, evaluations, checkpoints, rollbacks);
    settings.workers().forEach(crew::invite);
    course.begin();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromOutside.class, untilEnded(this::onFromOutside))
        .onMessage(WorkerLost.class, untilEnded(lost -> lose(lost.worker(), "was lost", false)))
        .onMessage(SliceLost.class, untilEnded(this::onSliceLost))
        .onMessage(HalfPassed.class, untilEnded(passed -> onHalfPassed()))
        .onMessage(Late.class, untilEnded(late -> activity.late()))
        .onMessage(InviteAgain.class, untilEnded(again -> crew.askAgain()))
        .onMessage(ConnectAnew.class, untilEnded(anew -> crew.connectAnew()))
        .onMessage(StillDisconnected.class, untilEnded(this::onStillDisconnected))
        .build();
  }

  private <T> Function<T, Behavior<Command>> untilEnded(Consumer<T> handler) {
    return message -> {
      handler.accept(message);
      return course.isEnded() ? Behaviors.stopped() : this;
    };
  }

  private void onFromOutside(FromOutside command) {
    RunMessage message = command.message();
    boolean fromObserver =
        message instanceof RunMessage.CancelRun
            || message instanceof RunMessage.CheckpointKept
            || message instanceof RunMessage.OfferWorker
            || message instanceof RunMessage.WorkerLeaving
            || message instanceof RunMessage.WorkerConnected
            || message instanceof RunMessage.WorkerDisconnected;
    if (!(fromObserver
        ? message.key().isOfSameTerm(slices.key())
        : message.key().equals(slices.key()))) {
      getContext().getLog().debug("refused run={} of={}", message.key(), slices.key());
    } else if (message instanceof RunMessage.WorkerReady ready) {
      onWorkerReady(ready);
    } else if (message instanceof RunMessage.SliceUpdated updated) {
      course.updated(updated);
    } else if (message instanceof RunMessage.PartEvaluated evaluated) {
      activity.evaluated(evaluated);
    } else if (message instanceof RunMessage.PartMeasured measured) {
      activity.measured(measured);
    } else if (message instanceof RunMessage.ShardsMissing answer) {
      activity.missing(answer);
    } else if (message instanceof RunMessage.LeasePaused paused) {
      activity.paused(paused);
    } else if (message instanceof RunMessage.SliceRead read) {
      activity.read(read);
    } else if (message instanceof RunMessage.CheckpointKept) {
      activity.kept();
    } else if (message instanceof RunMessage.CancelRun cancel) {
      course.cancel(cancel.reason());
    } else if (message instanceof RunMessage.Diverged diverged) {
      course.diverged(diverged);
    } else if (message instanceof RunMessage.WorkerFailed failed) {
      onWorkerFailed(failed);
    } else if (message instanceof RunMessage.SpeedMeasured speed) {
      onSpeedMeasured(speed);
    } else if (message instanceof RunMessage.ProbeAnswered answered) {
      onHeardOf(answered.worker());
    } else if (message instanceof RunMessage.OfferWorker offer) {
      onOfferWorker(offer);
    } else if (message instanceof RunMessage.WorkerLeaving leaving) {
      lose(leaving.worker(), "has left", false);
    } else if (message instanceof RunMessage.WorkerConnected connected) {
      onWorkerConnected(connected);
    } else if (message instanceof RunMessage.WorkerDisconnected disconnected) {
      onWorkerDisconnected(disconnected);
    } else if (message instanceof RunMessage.SlicesTaken taken) {
      activity.taken(taken);
    } else if (message instanceof RunMessage.OwnerLost owner) {
      course.slicesLost(List.of(owner.owner()), owner.why());
    } else if (message instanceof RunMessage.WorkersDisagree disagree) {
      onWorkersDisagree(disagree);
    } else if (message instanceof RunMessage.SliceFailed failed) {
      getContext().getLog().warn("run={} {}", failed.key(), failed.cause());
      course.sliceFailed(failed.cause());
    } else {
      throw new IllegalStateException("no handler for " + message.getClass());
    }
  }

  private void onWorkerReady(RunMessage.WorkerReady ready) {
    if (crew.ready(ready.worker())) {
      activity.goOnWith(ready.worker());
    }
  }

  private void onSpeedMeasured(RunMessage.SpeedMeasured measured) {
    if (attendance.contains(measured.worker())) {
      attendance.measured(measured.worker(), measured.examples(), measured.nanos());
      settings
          .events()
          .tell(
              new RunEvent.WorkerMeasured(
                  measured.worker(), measured.examples(), measured.nanos()));
    }
  }

  private void onOfferWorker(RunMessage.OfferWorker offer) {
    if (crew.offer(offer.worker(), offer.ref())) {
      activity.goOnWithout(offer.worker());
    }
  }

  /** The worker takes part no more. */
  private void lose(String worker, String why, boolean failed) {
    if (attendance.contains(worker)) {
      ActorRef<WorkerMessage> ref = attendance.get(worker);
      crew.dismiss(worker);
      quorum.lost(worker, failed ? why + "; it takes part again once it is started anew" : why);
      settings.events().tell(new RunEvent.WorkerLeft(worker, why, failed, attendance.size(), ref));
      activity.goOnWithout(worker);
    }
  }

  /** What one says who takes part no more, late or twice, tells nothing of those who do. */
  private void onWorkerFailed(RunMessage.WorkerFailed failed) {
    if (attendance.contains(failed.worker())) {
      crew.failed(failed)
          .ifPresentOrElse(
              course::fail, () -> lose(failed.worker(), "failed: " + failed.cause(), true));
    }
  }

  private void onHeardOf(String worker) {
    attendance.heardOf(worker);
    if (attendance.isReady(worker)) {
      activity.handOutIfWaiting();
    }
  }

  /** An owner of before may still be there, and see its connections end. */
  private boolean isOfOwnerBefore(RunKey of, String owner) {
    return !owner.isEmpty() && !of.equals(slices.key());
  }

  private void onWorkerConnected(RunMessage.WorkerConnected connected) {
    String worker = connected.worker();
    if (!isOfOwnerBefore(connected.key(), connected.owner())
        && crew.connected(worker, connected.owner())) {
      timers.connected(worker);
      onHeardOf(worker);
    }
  }

  private void onWorkerDisconnected(RunMessage.WorkerDisconnected lost) {
    String worker = lost.worker();
    if (!isOfOwnerBefore(lost.key(), lost.owner()) && attendance.contains(worker)) {
      crew.lostConnection(worker, lost.owner());
      timers.disconnected(worker, attendance.get(worker));
    }
  }

  private void onStillDisconnected(StillDisconnected still) {
    if (attendance.contains(still.worker())
        && attendance.get(still.worker()).equals(still.ref())
        && !crew.isReached(still.worker())) {
      crew.disconnected(still.worker());
      quorum.lost(still.worker(), LeasedSteps.UNREACHED);
      if (quorum.isMet()) {
        training.unreached(still.worker());
      }
      activity.goOnWithoutForNow();
    }
  }

  private void onWorkersDisagree(RunMessage.WorkersDisagree disagree) {
    settings.events().tell(new RunEvent.WorkersDisagreed(disagree.step(), disagree.message()));
    course.fail(disagree.message());
  }

  private void onSliceLost(SliceLost lost) {
    course.fail("parameter slice " + lost.slice() + " was lost");
  }

  /** After the first half the slices are asked what they wait for. */
  private void onHalfPassed() {
    if (timers.passHalf()) {
      overdue();
    } else {
      training.askForMissing();
      if (!activity.isPlacing()) {
        slices.answers().expect();
      }
    }
  }

  /** Others may do without those who are silent; without others the run has failed. */
  private void overdue() {
    String why = timers.overdue();
    Set<String> owners = slices.answers().silent(timers.awaited());
    if (!owners.isEmpty()) {
      course.slicesLost(owners, "does not answer");
      return;
    }
    if (activity.isAwaitingStep() && timers.isNobodySilent()) {
      course.standsStill(why);
      return;
    }
    List<String> silent = timers.awaited().stream().filter(attendance::contains).toList();
    if (!settings.elastic() || silent.isEmpty()) {
      course.fail(why);
    }
    for (String worker : silent) {
      if (!course.isEnded()) {
        lose(worker, "did not answer", false);
      }
    }
  }
}
