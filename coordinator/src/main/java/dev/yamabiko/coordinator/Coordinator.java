package dev.yamabiko.coordinator;

import akka.actor.ActorIdentity;
import akka.actor.Identify;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.pattern.Patterns;
import dev.yamabiko.coordinator.shared.FencedException;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.BulkServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Knows the workers of the cluster and the jobs of its users; starts each job, in the order in
 * which they came, when enough workers are idle; one that wants more than there are is passed. What
 * must outlive the coordinator of a job's state is on the disk before anybody hears of it, as long
 * as the disk takes it; a job that it does not take is refused. What a job waits for is not kept,
 * and one that waits in the middle of its run is kept as running.
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

  private record FromWorker(CoordinatorMessage message) implements Command {}

  private record FromRun(JobRun.News news) implements Command {}

  private record NodeLost(String worker, ActorRef<NodeMessage> node) implements Command {}

  private record ParametersLost(ActorRef<NodeMessage> node) implements Command {}

  /**
   * @param inUse whether the worker that has the name answers
   */
  private record NameSettled(CoordinatorMessage.RegisterWorker by, boolean inUse)
      implements Command {}

  private record RefusedGone(ActorRef<NodeMessage> node) implements Command {}

  private record RunGone(String id, ActorRef<JobRun.Command> run) implements Command {}

  /** What could not be written before may fit by now. */
  private record KeepAgain() implements Command {}

  /** There may be room by now for what a run leaves on the disk. */
  private record StartAgain() implements Command {}

  /** Workers have had the time to come back. */
  private record GraceOver() implements Command {}

  private record FollowerLost(ActorRef<JobEventBatch> follower) implements Command {}

  /** Those who follow jobs hear of what has happened since the last time. */
  private record SendEvents() implements Command {}

  /**
   * What the coordinator works with; it owns none of it.
   *
   * @param grace for workers to come back to the jobs that were running
   * @param again when to try again what a full disk has prevented
   */
  record Resources(
      JobStore store,
      BulkServer bulk,
      String bulkHost,
      PreparedDatasets datasets,
      WorkerAdmission admission,
      ClusterMetrics metrics,
      Executor blocking,
      Clock clock,
      Duration grace,
      Duration again) {}

  /** Ends the actor. */
  private static final class Superseded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Superseded(FencedException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static final String RESTARTED = "the coordinator ended while the job was running";

  /** How long a worker may take to tell that it still uses its name; none that is gone does. */
  private static final Duration LIFE_SIGN = Duration.ofMillis(1500);

  /** How long an event may wait for others that are sent with it. */
  private static final Duration BATCH = Duration.ofMillis(100);

  private final Resources resources;
  private final Map<String, RegisteredWorker> workers = new LinkedHashMap<>();
  private final ParametersNodes parameters = new ParametersNodes();
  private final Map<String, JobEntry> jobs = new LinkedHashMap<>();
  private final Set<ActorRef<NodeMessage>> refused = new HashSet<>();
  private final Set<ActorRef<NodeMessage>> claiming = new HashSet<>();

  /** Ids of jobs that were running, until their workers have had the time to come back. */
  private final Set<String> takenUp = new HashSet<>();

  /** Ids of jobs that wait for room on the disk, until they are tried again. */
  private final Set<String> postponed = new HashSet<>();

  /** Jobs that somebody follows. */
  private final Set<JobEntry> followed = new LinkedHashSet<>();

  private final EndedTimelines timelines = new EndedTimelines();

  /** By id: states that the disk has not taken yet. */
  private final Map<String, StoredJob> unkept = new LinkedHashMap<>();

  private final TimerScheduler<Command> timers;
  private final ActorRef<JobRun.News> news;

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
    this.timers = timers;
    this.resources = resources;
    news = context.messageAdapter(JobRun.News.class, FromRun::new);
    resources.metrics().termBegan();
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.register(
                CoordinatorMessage.SERVICE,
                context.messageAdapter(CoordinatorMessage.class, FromWorker::new)));
    stored.forEach(this::takeUp);
    if (!takenUp.isEmpty()) {
      timers.startSingleTimer(new GraceOver(), resources.grace());
    }
    startJobs();
  }

  /**
   * A job of before: what was running goes on, and comes first. One that this version cannot read
   * stays on the disk as it is; here it has failed.
   */
  private void takeUp(StoredJob stored) {
    Job job;
    try {
      job = JobFile.parse(stored.job(), stored.id(), Path.of(""), List.of());
    } catch (JobException e) {
      add(unreadable(stored, e));
      return;
    }
    JobEntry entry = entry(stored, job);
    add(entry);
    if (stored.cancelling().isPresent()) {
      end(entry, JobStatus.CANCELLED, stored.cancelling().get(), Optional.empty());
    } else if (stored.status() == JobStatus.RUNNING) {
      // The disk still has it as running: if this one ends before that, the next takes it up.
      entry.become(stored.waiting(JobStatus.WAITING, RESTARTED));
      takenUp.add(stored.id());
      getContext().getLog().info("taken up job={}", stored.id());
    }
  }

  private JobEntry entry(StoredJob stored, Job job) {
    JobStore store = resources.store();
    return new JobEntry(stored, job, store.runDirectory(stored.id()), store.term());
  }

  private void add(JobEntry entry) {
    jobs.put(entry.id(), entry);
    resources.metrics().add(entry);
  }

  private JobEntry unreadable(StoredJob stored, JobException cause) {
    StoredJob failed = stored;
    if (!stored.job().isEmpty()) {
      String why = "its job file cannot be read, so submit the job again: " + cause.getMessage();
      failed = stored.ended(JobStatus.FAILED, why, Optional.empty(), now());
      getContext().getLog().warn("a job cannot be read job={} {}", stored.id(), why);
    }
    JobStore store = resources.store();
    return JobEntry.unreadable(failed, store.runDirectory(stored.id()), store.term());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromUser.class, this::onFromUser)
        .onMessage(FromWorker.class, this::onFromWorker)
        .onMessage(FromRun.class, this::onFromRun)
        .onMessage(NameSettled.class, this::onNameSettled)
        .onMessage(NodeLost.class, this::onNodeLost)
        .onMessage(ParametersLost.class, lost -> onParametersGone(lost.node(), "lost"))
        .onMessage(RunGone.class, this::onRunGone)
        .onMessage(RefusedGone.class, this::onRefusedGone)
        .onMessage(FollowerLost.class, this::onFollowerLost)
        .onMessage(SendEvents.class, this::onSendEvents)
        .onMessage(KeepAgain.class, again -> onKeepAgain())
        .onMessage(GraceOver.class, over -> onGraceOver())
        .onMessage(StartAgain.class, again -> onStartAgain())
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  // --- Users ------------------------------------------------------------------------------------

  private Behavior<Command> onFromUser(FromUser from) {
    CoordinatorCommand command = from.command();
    if (command instanceof CoordinatorCommand.SubmitJob submit) {
      onSubmit(submit);
    } else if (command instanceof CoordinatorCommand.ListJobs list) {
      List<String> ids = List.copyOf(jobs.keySet());
      list.replyTo().tell(JobPage.of(ids, list.limit(), list.before(), id -> jobs.get(id).view()));
    } else if (command instanceof CoordinatorCommand.GetJob get) {
      get.replyTo().tell(Optional.ofNullable(jobs.get(get.id())).map(JobEntry::view));
    } else if (command instanceof CoordinatorCommand.DescribeJob describe) {
      describe
          .replyTo()
          .tell(Optional.ofNullable(jobs.get(describe.id())).map(JobEntry::description));
    } else if (command instanceof CoordinatorCommand.GetTimeline get) {
      get.replyTo().tell(Optional.ofNullable(jobs.get(get.id())).map(JobEntry::timeline));
    } else if (command instanceof CoordinatorCommand.CancelJob cancel) {
      cancel.replyTo().tell(cancel(jobs.get(cancel.id())));
    } else if (command instanceof CoordinatorCommand.ResumeJob resume) {
      resume.replyTo().tell(resume(jobs.get(resume.id())));
    } else if (command instanceof CoordinatorCommand.ListWorkers list) {
      list.replyTo().tell(workers.values().stream().map(RegisteredWorker::view).toList());
    } else if (command instanceof CoordinatorCommand.ListParameters list) {
      list.replyTo().tell(parameters.now().stream().map(ParametersNode::view).toList());
    } else if (command instanceof CoordinatorCommand.FollowJob follow) {
      onFollow(follow);
    }
    return this;
  }

  private void onSubmit(CoordinatorCommand.SubmitJob submit) {
    Job job = submit.job();
    String id = "";
    try {
      id = resources.store().newId(job.name());
      StoredJob stored = StoredJob.submitted(id, job.resolved(), now());
      JobEntry entry = entry(stored, job);
      resources.store().write(stored);
      add(entry);
      getContext().getLog().info("submitted job={}", id);
      startJobs();
      submit.replyTo().tell(entry.view());
    } catch (FencedException e) {
      throw superseded(e);
    } catch (IOException e) {
      getContext().getLog().error("a job cannot be kept cause={}", e.toString());
      if (!id.isEmpty()) {
        discard(id);
      }
      submit.replyTo().tell(refused(job, WriteFailure.reason(e)));
    }
  }

  private void discard(String id) {
    try {
      resources.store().discard(id);
    } catch (FencedException e) {
      throw superseded(e);
    } catch (IOException e) {
      getContext()
          .getLog()
          .error(
              "a refused job cannot be deleted; delete its directory before the next start job={} cause={}",
              id,
              e.toString());
    }
  }

  /** A job that never came to be: it has no id. */
  private JobView refused(Job job, String why) {
    StoredJob none =
        StoredJob.submitted("", job.resolved(), now())
            .ended(JobStatus.FAILED, "the job cannot be kept: " + why, Optional.empty(), now());
    return new JobEntry(none, job, Path.of(""), resources.store().term()).view();
  }

  private CoordinatorCommand.Answer cancel(JobEntry entry) {
    if (entry == null) {
      return CoordinatorCommand.Answer.UNKNOWN;
    } else if (entry.status().hasEnded()) {
      return CoordinatorCommand.Answer.NOT_NOW;
    }
    String reason = "cancelled by a user";
    if (entry.run().isPresent()) {
      change(entry, entry.stored().cancelling(reason));
      entry.run().get().tell(new JobRun.Cancel(reason));
    } else {
      end(entry, JobStatus.CANCELLED, reason, Optional.empty());
      startJobs();
    }
    return CoordinatorCommand.Answer.DONE;
  }

  private CoordinatorCommand.Answer resume(JobEntry entry) {
    if (entry == null) {
      return CoordinatorCommand.Answer.UNKNOWN;
    } else if (entry.status() != JobStatus.CANCELLED && entry.status() != JobStatus.FAILED) {
      return CoordinatorCommand.Answer.NOT_NOW;
    } else if (!entry.isReadable()) {
      return CoordinatorCommand.Answer.UNREADABLE;
    }
    change(entry, entry.stored().waiting(JobStatus.QUEUED, ""));
    startJobs();
    return CoordinatorCommand.Answer.DONE;
  }

  private void onFollow(CoordinatorCommand.FollowJob follow) {
    JobEntry entry = jobs.get(follow.id());
    ActorRef<JobEventBatch> listener = follow.listener();
    if (entry == null) {
      listener.tell(end(0, "{}"));
    } else if (entry.status().hasEnded()) {
      listener.tell(end(follow.after() + 1, entry.view().json()));
    } else {
      getContext().watchWith(listener, new FollowerLost(listener));
      entry.events().follow(follow.after(), listener);
      followed.add(entry);
      SendEvents often = new SendEvents();
      if (!timers.isTimerActive(often)) {
        timers.startTimerWithFixedDelay(often, BATCH);
      }
    }
  }

  private static JobEventBatch end(long number, String json) {
    return new JobEventBatch(List.of(new JobEvent(number, JobEvent.END, json)));
  }

  private Behavior<Command> onSendEvents(SendEvents often) {
    followed.forEach(entry -> entry.events().send());
    followed.removeIf(entry -> !entry.events().isFollowed());
    if (followed.isEmpty()) {
      timers.cancel(often);
    }
    return this;
  }

  private Behavior<Command> onFollowerLost(FollowerLost lost) {
    jobs.values().forEach(entry -> entry.events().forget(lost.follower()));
    return this;
  }

  // --- Workers ----------------------------------------------------------------------------------

  private Behavior<Command> onFromWorker(FromWorker from) {
    CoordinatorMessage message = from.message();
    if (message instanceof CoordinatorMessage.RegisterWorker register) {
      onRegister(register);
    } else if (message instanceof CoordinatorMessage.WorkerLeaving leaving) {
      RegisteredWorker known = workers.get(leaving.worker());
      if (known != null && known.node().equals(leaving.node())) {
        jobs.values().stream()
            .filter(entry -> known.isOf(entry.id()))
            .flatMap(entry -> entry.run().stream())
            .forEach(run -> run.tell(new JobRun.Leaving(leaving.worker())));
        remove(leaving.worker(), "left");
      }
    } else if (message instanceof CoordinatorMessage.RegisterParameters register) {
      onRegisterParameters(register);
    } else if (message instanceof CoordinatorMessage.ParametersLeaving leaving) {
      onParametersGone(leaving.node(), "left");
    }
    return this;
  }

  /** Of two nodes of one name the later is right: the earlier may be one that was killed. */
  private void onRegisterParameters(CoordinatorMessage.RegisterParameters register) {
    WorkerHello hello = register.hello();
    String name = hello.worker();
    Optional<String> refusal = resources.admission().refusal(hello);
    if (refusal.isPresent()) {
      refuse(hello, register.node(), refusal.get());
      return;
    }
    if (!parameters.contains(register.node())) {
      parameters
          .add(
              new ParametersNode(
                  hello, register.node(), register.bulkHost(), register.bulkPort(), now()))
          .ifPresent(this::replaced);
      getContext().watchWith(register.node(), new ParametersLost(register.node()));
      getContext().getLog().info("joined parameters={} host={}", name, hello.host());
    }
    register.node().tell(new NodeMessage.WorkerAccepted(resources.store().term(), name));
  }

  private void replaced(ParametersNode before) {
    getContext().unwatch(before.node());
    before.node().tell(new NodeMessage.WorkerRefused("replaced by a newer start of this name"));
  }

  /** Runs whose slices it had notice by themselves. */
  private Behavior<Command> onParametersGone(ActorRef<NodeMessage> node, String how) {
    if (parameters.remove(node)) {
      getContext().unwatch(node);
      getContext().getLog().info("{} parameters node={}", how, node.path().address());
    }
    return this;
  }

  private void onRegister(CoordinatorMessage.RegisterWorker register) {
    String name = register.hello().worker();
    Optional<String> refusal = resources.admission().refusal(register.hello());
    RegisteredWorker known = workers.get(name);
    if (refusal.isPresent()) {
      refuse(register.hello(), register.node(), refusal.get());
    } else if (known == null || known.node().equals(register.node())) {
      accept(register);
    } else if (claiming.add(register.node())) {
      // A name that is in use, or one whose worker has been started anew before its loss was seen.
      getContext()
          .pipeToSelf(
              Patterns.ask(Adapter.toClassic(known.worker()), new Identify(name), LIFE_SIGN),
              (answer, failure) ->
                  new NameSettled(
                      register,
                      answer instanceof ActorIdentity found && found.getActorRef().isPresent()));
    }
  }

  private Behavior<Command> onNameSettled(NameSettled settled) {
    CoordinatorMessage.RegisterWorker by = settled.by();
    claiming.remove(by.node());
    RegisteredWorker known = workers.get(by.hello().worker());
    if (known == null || known.node().equals(by.node())) {
      accept(by);
    } else if (settled.inUse()) {
      refuse(
          by.hello(),
          by.node(),
          "the name %s is in use by a worker on %s that is alive; give another --name, or end that one"
              .formatted(known.name(), known.view().hello().host()));
    } else {
      // If it should ever be heard of again, it ends instead of living on unknown.
      known.node().tell(new NodeMessage.WorkerRefused("replaced by a newer start of this name"));
      remove(known.name(), "replaced by a new start");
      accept(by);
    }
    return this;
  }

  private void refuse(WorkerHello hello, ActorRef<NodeMessage> node, String why) {
    // It asks again until it has heard the answer.
    if (refused.add(node)) {
      getContext()
          .getLog()
          .warn("refused worker={} host={}: {}", hello.worker(), hello.host(), why);
      getContext().watchWith(node, new RefusedGone(node));
    }
    node.tell(new NodeMessage.WorkerRefused(why));
  }

  private void accept(CoordinatorMessage.RegisterWorker register) {
    String name = register.hello().worker();
    // Before a job can ask it to take part.
    register.node().tell(new NodeMessage.WorkerAccepted(resources.store().term(), name));
    if (!workers.containsKey(name)) {
      RegisteredWorker worker =
          new RegisteredWorker(register.hello(), register.worker(), register.node(), now());
      workers.put(name, worker);
      resources.metrics().joined(worker);
      getContext().watchWith(register.node(), new NodeLost(name, register.node()));
      getContext().getLog().info("joined worker={} threads={}", name, register.hello().threads());
      startJobs();
    }
  }

  private Behavior<Command> onRefusedGone(RefusedGone gone) {
    refused.remove(gone.node());
    return this;
  }

  private Behavior<Command> onNodeLost(NodeLost lost) {
    RegisteredWorker known = workers.get(lost.worker());
    if (known != null && known.node().equals(lost.node())) {
      resources.metrics().lost();
      remove(lost.worker(), "lost");
    }
    return this;
  }

  private void remove(String name, String how) {
    RegisteredWorker worker = workers.remove(name);
    if (worker != null) {
      getContext().unwatch(worker.node());
      resources.metrics().gone(worker);
      jobs.values().forEach(entry -> entry.left(name, false));
      getContext().getLog().info("{} worker={}", how, name);
    }
  }

  // --- Jobs -------------------------------------------------------------------------------------

  /**
   * Idle workers go to runs that cannot go on without them; then to the jobs that were running when
   * the coordinator before ended, which the others wait for; then the head of the queue starts if
   * it can, and those behind it wait for their turn. A job that asks for more workers than there
   * are holds up none: idle workers would not help it. As soon as there are enough, it has its
   * turn.
   */
  private void startJobs() {
    offerIdle(JobEntry::isHeldUp);
    Optional<JobEntry> ahead = startInTurn(this::isTakenUp, Optional.empty());
    if (ahead.isEmpty()) {
      offerIdle(this::isTakenUp);
      ahead =
          jobs.values().stream().filter(entry -> isTakenUp(entry) && entry.takesMore()).findFirst();
    }
    if (startInTurn(entry -> !isTakenUp(entry), ahead).isEmpty()) {
      offerIdle(entry -> true);
    }
  }

  private boolean isTakenUp(JobEntry entry) {
    return takenUp.contains(entry.id());
  }

  /**
   * @param ahead whom such jobs wait for
   * @return whom those that come after them wait for
   */
  private Optional<JobEntry> startInTurn(Predicate<JobEntry> which, Optional<JobEntry> ahead) {
    Optional<JobEntry> first = ahead;
    for (JobEntry entry : List.copyOf(jobs.values())) {
      if (!entry.isQueued() || postponed.contains(entry.id()) || !which.test(entry)) {
        continue;
      }
      if (first.isPresent()) {
        change(entry, entry.stored().waiting(JobStatus.QUEUED, behind(first.get())));
        continue;
      }
      List<String> idle =
          workers.values().stream()
              .filter(RegisteredWorker::isIdle)
              .map(RegisteredWorker::name)
              .toList();
      Allotment allotment =
          Allotment.of(entry.job().workers(), entry.job().shards(), idle, workers.size());
      if (allotment.waitingFor().isPresent()) {
        change(entry, entry.stored().waiting(JobStatus.WAITING, allotment.waitingFor().get()));
        if (allotment.holdsQueue() || isTakenUp(entry)) {
          first = Optional.of(entry);
        }
      } else {
        start(entry, allotment.workers());
      }
    }
    return first;
  }

  private static String behind(JobEntry ahead) {
    return "waits for %s, which %s"
        .formatted(
            ahead.id(),
            ahead.isQueued()
                ? ahead.stored().reason()
                : "runs again and gets the workers that come back first");
  }

  private Behavior<Command> onStartAgain() {
    postponed.clear();
    startJobs();
    return this;
  }

  private Behavior<Command> onGraceOver() {
    takenUp.clear();
    startJobs();
    return this;
  }

  /** Workers that have nothing to do help such jobs, the oldest first. */
  private void offerIdle(Predicate<JobEntry> whom) {
    for (RegisteredWorker worker : workers.values()) {
      if (!worker.isIdle()) {
        continue;
      }
      jobs.values().stream()
          .filter(entry -> entry.takes(worker.name()) && whom.test(entry))
          .findFirst()
          .ifPresent(
              entry -> {
                worker.assign(entry.id());
                entry.offered(worker.name());
                entry.run().orElseThrow().tell(new JobRun.Offer(worker));
                getContext().getLog().info("offered job={} worker={}", entry.id(), worker.name());
              });
    }
  }

  private void onLeftRun(JobEntry entry, RunEvent.WorkerLeft left) {
    entry.left(left.worker(), left.failed());
    getContext()
        .getLog()
        .info("left job={} worker={} cause={}", entry.id(), left.worker(), left.why());
    RegisteredWorker worker = workers.get(left.worker());
    if (worker != null) {
      worker.release(entry.id());
      startJobs();
    }
  }

  private void start(JobEntry entry, List<String> names) {
    List<RegisteredWorker> chosen = names.stream().map(workers::get).toList();
    chosen.forEach(worker -> worker.assign(entry.id()));
    StoredJob running = entry.stored().attempt().running(now());
    keep(running);
    JobRun.Settings settings =
        new JobRun.Settings(
            entry.id(),
            new RunKey(running.runName(), resources.store().term()),
            entry.job(),
            resources.store().runDirectory(entry.id()),
            resources.store().fence(),
            chosen,
            parameters::now,
            resources.bulk(),
            resources.bulkHost(),
            resources.datasets(),
            resources.metrics().run(entry.id()),
            resources.blocking(),
            news);
    ActorRef<JobRun.Command> run =
        getContext().spawnAnonymous(JobRun.create(settings), DispatcherSelector.blocking());
    getContext().watchWith(run, new RunGone(entry.id(), run));
    timelines.begins(entry);
    entry.started(run, names, running);
    getContext().getLog().info("started job={} workers={}", entry.id(), names);
  }

  private Behavior<Command> onFromRun(FromRun from) {
    JobEntry entry = jobs.get(from.news().id());
    if (from.news() instanceof JobRun.News.DataRead read) {
      entry.prepared(read.lines(), read.steps(), read.network());
    } else if (from.news() instanceof JobRun.News.Noticed noticed) {
      entry.notice(noticed.notice());
    } else if (from.news() instanceof JobRun.News.DiskChanged disk) {
      entry.warn(disk.warning());
      getContext().getLog().warn("disk job={} {}", entry.id(), disk.text());
    } else if (from.news() instanceof JobRun.News.Advanced advanced) {
      entry.observe(advanced.event());
      if (advanced.event() instanceof RunEvent.WorkerLeft left) {
        onLeftRun(entry, left);
      } else if (advanced.event() instanceof RunEvent.WorkerMeasured measured) {
        inJob(entry, measured.worker()).ifPresent(worker -> worker.measured(measured));
      } else if (advanced.event() instanceof RunEvent.ShardsReissued late) {
        late.workers().forEach(name -> inJob(entry, name).ifPresent(RegisteredWorker::reissued));
      } else if (advanced.event() instanceof RunEvent.SlicesReturned back) {
        getContext()
            .getLog()
            .warn("slices returned job={} step={} {}", entry.id(), back.to().step(), back.why());
      } else if (advanced.event() instanceof RunEvent.Waiting waiting) {
        entry.become(entry.stored().waiting(JobStatus.WAITING, waiting.why()));
        getContext().getLog().info("held up job={} {}", entry.id(), waiting.why());
        startJobs();
      } else if (advanced.event() instanceof RunEvent.WentOn on) {
        entry.become(entry.stored().running(now()));
        getContext().getLog().info("goes on job={} workers={}", entry.id(), on.workers());
      }
    } else if (from.news() instanceof JobRun.News.Postponed notNow) {
      onPostponed(entry, notNow.why());
    } else if (from.news() instanceof JobRun.News.Ended ended) {
      onRunEnded(entry, ended);
    }
    return this;
  }

  /** What a run says of a worker may come after that has gone to another one. */
  private Optional<RegisteredWorker> inJob(JobEntry entry, String worker) {
    return Optional.ofNullable(workers.get(worker)).filter(known -> known.isOf(entry.id()));
  }

  /** On the disk, as far as that takes anything, it is running: it will be. */
  private void onPostponed(JobEntry entry, String why) {
    workers.values().forEach(worker -> worker.release(entry.id()));
    postponed.add(entry.id());
    entry.postponed(
        entry
            .stored()
            .waiting(JobStatus.WAITING, "waits for room on the coordinator's disk: " + why));
    getContext().getLog().warn("postponed job={} {}", entry.id(), why);
    timers.startSingleTimer(new StartAgain(), resources.again());
    startJobs();
  }

  private void onRunEnded(JobEntry entry, JobRun.News.Ended ended) {
    workers.values().forEach(worker -> worker.release(entry.id()));
    end(entry, ended.status(), ended.reason(), ended.result());
    startJobs();
  }

  /** After its last word, or without one if it failed itself. */
  private Behavior<Command> onRunGone(RunGone gone) {
    JobEntry entry = jobs.get(gone.id());
    if (entry.run().filter(gone.run()::equals).isPresent()) {
      String why = "the run ended without a word; the coordinator's log has the cause";
      onRunEnded(entry, new JobRun.News.Ended(gone.id(), JobStatus.FAILED, why, Optional.empty()));
    }
    return this;
  }

  private void end(JobEntry entry, JobStatus status, String reason, Optional<String> result) {
    StoredJob ended = entry.stored().ended(status, reason, result, now());
    keep(ended);
    entry.ended(ended, result);
    timelines.ended(entry);
    resources.metrics().runEnded(entry.id());
    getContext().getLog().info("ended job={} status={} {}", entry.id(), status, reason);
  }

  private void change(JobEntry entry, StoredJob next) {
    if (!next.equals(entry.stored())) {
      if (!next.differsOnlyInWait(entry.stored())) {
        keep(next);
      }
      entry.become(next);
    }
  }

  /**
   * A state that the disk does not take is tried again until it does; jobs go on meanwhile. A
   * coordinator that is killed by then finds the state before, and does again what followed it.
   */
  private void keep(StoredJob job) {
    try {
      resources.store().write(job);
      unkept.remove(job.id());
    } catch (FencedException e) {
      throw superseded(e);
    } catch (IOException e) {
      if (unkept.put(job.id(), job) == null) {
        getContext()
            .getLog()
            .error("the state of a job cannot be kept job={} cause={}", job.id(), e.toString());
      }
      timers.startSingleTimer(new KeepAgain(), resources.again());
    }
  }

  private Behavior<Command> onKeepAgain() {
    for (StoredJob job : List.copyOf(unkept.values())) {
      keep(job);
      if (!unkept.containsKey(job.id())) {
        getContext().getLog().info("the state of a job is kept again job={}", job.id());
      }
    }
    return this;
  }

  private Superseded superseded(FencedException e) {
    getContext().getLog().error(e.getMessage());
    return new Superseded(e);
  }

  private Instant now() {
    return resources.clock().instant();
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    resources.metrics().termEnded();
    getContext().getLog().info("coordinator ended term={}", resources.store().term());
    return this;
  }
}
