package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.japi.function.Function;
import dev.yamabiko.coordinator.shared.FencedException;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.Fingerprint;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.wire.BulkServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Knows the workers of the cluster and the jobs of its users; starts each job, in the order in
 * which they came, when enough workers are idle; one that wants more than there are is passed. What
 * must outlive the coordinator of a job's state is on the disk before anybody hears of it, as long
 * as the disk takes it; a job that it does not take is refused. What a job waits for is not kept,
 * and one that waits in the middle of its run is kept as running.
 *
 * <pre>
 *   users   --> UserRequests   --> JobFollowers   who hears of a job's events
 *   nodes   --> NodeRegistry   --> RegisteredWorkers, ParametersNodes   who is there
 *   runs    --> RunReports
 *                 all of them  --> JobBook        the jobs, in memory and on the disk
 *                              --> JobQueue       whose turn it is
 *                                    RunStarts    a job gets its run, and more workers
 * </pre>
 *
 * <p>Jobs that were running when the coordinator before ended come before all others for a grace
 * time, because their workers come back one by one.
 *
 * <p>A worker that is lost leaves the list; the runs that it took part in notice by themselves. A
 * job's run that fails ends that job only. A coordinator that finds that another one has taken over
 * stops in the middle of what it does, so that nobody hears of it.
 */
final class Coordinator extends AbstractBehavior<Coordinator.Command> {

  sealed interface Command {}

  private record FromUser(CoordinatorCommand command) implements Command {}

  private record FromNode(CoordinatorMessage message) implements Command {}

  record FromRun(RunNews news) implements Command {}

  record NodeLost(String worker, ActorRef<NodeMessage> node) implements Command {}

  record ParametersLost(ActorRef<NodeMessage> node) implements Command {}

  /**
   * @param inUse whether the worker that has the name answers
   */
  record NameSettled(CoordinatorMessage.RegisterWorker by, boolean inUse) implements Command {}

  record RefusedGone(ActorRef<NodeMessage> node) implements Command {}

  record RunGone(String id, ActorRef<JobRun.Command> run) implements Command {}

  /** What could not be written before may fit by now. */
  record KeepAgain() implements Command {}

  /** There may be room by now for what a run of this job leaves on the disk. */
  record StartAgain(String id) implements Command {}

  /** Workers have had the time to come back. */
  record GraceOver() implements Command {}

  record FollowerLost(ActorRef<JobEventBatch> follower) implements Command {}

  /** Those who follow jobs hear of what has happened since the last time. */
  record SendEvents() implements Command {}

  /**
   * What the coordinator works with; it owns none of it.
   *
   * @param preparing reads the data of jobs, and may be busy with it for long
   * @param fetching what checkpoints need of other nodes; no preparation holds it up
   * @param grace for workers to come back to the jobs that were running
   * @param again when to try again what a full disk has prevented; a job less often with each time
   */
  record Resources(
      JobStore store,
      BulkServer bulk,
      String bulkHost,
      PreparedDatasets datasets,
      WorkerAdmission admission,
      ClusterMetrics metrics,
      Executor preparing,
      Executor fetching,
      Clock clock,
      Duration grace,
      Duration again) {

    CoordinatorView view() {
      String fingerprint = Fingerprint.parse(admission.fingerprint()).kernels();
      return new CoordinatorView(bulkHost, bulk.port(), fingerprint);
    }
  }

  /** Another coordinator has taken over; ends the actor. */
  static final class Superseded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Superseded(FencedException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final Resources resources;
  private final NodeRegistry nodes;
  private final JobBook jobs;
  private final JobQueue queue;
  private final JobFollowers followers;
  private final UserRequests requests;
  private final RunReports reports;

  /**
   * Takes commands of users; workers find the actor through the receptionist.
   *
   * @param stored the jobs of before, oldest first
   */
  static Behavior<CoordinatorCommand> create(Resources resources, List<StoredJob> stored) {
    return Behaviors.transformMessages(
        CoordinatorCommand.class,
        Behaviors.supervise(
                Behaviors.<Command>setup(
                    context ->
                        Behaviors.withTimers(
                            timers -> new Coordinator(context, timers, resources, stored))))
            .onFailure(Superseded.class, SupervisorStrategy.stop().withLoggingEnabled(false)),
        wrap -> wrap.match(CoordinatorCommand.class, FromUser::new));
  }

  private Coordinator(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Resources resources,
      List<StoredJob> stored) {
    super(context);
    // Else it is whoever of those below logs first.
    context.setLoggerName(Coordinator.class);
    this.resources = resources;
    ActorRef<RunNews> news = context.messageAdapter(RunNews.class, FromRun::new);
    RegisteredWorkers workers = new RegisteredWorkers();
    ParametersNodes parameters = new ParametersNodes();
    jobs = new JobBook(resources, context, timers);
    RunStarts starts = new RunStarts(resources, context, jobs, workers, parameters, news);
    queue = new JobQueue(resources, context, timers, jobs, workers, starts);
    nodes = new NodeRegistry(resources, context, jobs, queue, workers, parameters);
    followers = new JobFollowers(context, timers, jobs);
    requests = new UserRequests(resources.view(), jobs, queue, followers, workers, parameters);
    reports = new RunReports(context, jobs, workers, queue);
    resources.metrics().termBegan();
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.register(
                CoordinatorMessage.SERVICE,
                context.messageAdapter(CoordinatorMessage.class, FromNode::new)));
    queue.begin(stored);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromUser.class, on(from -> requests.on(from.command())))
        .onMessage(FromNode.class, on(from -> onFromNode(from.message())))
        .onMessage(FromRun.class, on(from -> reports.hear(from.news())))
        .onMessage(NameSettled.class, on(settled -> nodes.settle(settled.by(), settled.inUse())))
        .onMessage(NodeLost.class, on(lost -> nodes.workerLost(lost.worker(), lost.node())))
        .onMessage(ParametersLost.class, on(lost -> nodes.parametersGone(lost.node(), "lost")))
        .onMessage(RunGone.class, on(gone -> reports.gone(gone.id(), gone.run())))
        .onMessage(RefusedGone.class, on(gone -> nodes.refusedGone(gone.node())))
        .onMessage(FollowerLost.class, on(lost -> followers.forget(lost.follower())))
        .onMessage(SendEvents.class, on(often -> followers.send()))
        .onMessage(KeepAgain.class, on(again -> jobs.keepAgain()))
        .onMessage(GraceOver.class, on(over -> queue.graceOver()))
        .onMessage(StartAgain.class, on(again -> queue.startAgain(again.id())))
        .onSignal(PostStop.class, on(stop -> onPostStop()))
        .build();
  }

  private <T> Function<T, Behavior<Command>> on(Consumer<T> handler) {
    return message -> {
      handler.accept(message);
      return this;
    };
  }

  private void onFromNode(CoordinatorMessage message) {
    if (message instanceof CoordinatorMessage.RegisterWorker register) {
      nodes.register(register);
    } else if (message instanceof CoordinatorMessage.WorkerLeaving leaving) {
      nodes.workerLeaves(leaving.worker(), leaving.node());
    } else if (message instanceof CoordinatorMessage.RegisterParameters register) {
      nodes.register(register);
    } else if (message instanceof CoordinatorMessage.ParametersLeaving leaving) {
      nodes.parametersGone(leaving.node(), "left");
    }
  }

  private void onPostStop() {
    resources.metrics().termEnded();
    getContext().getLog().info("coordinator ended term={}", resources.store().term());
  }
}
