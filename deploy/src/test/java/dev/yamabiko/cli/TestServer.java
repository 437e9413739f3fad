package dev.yamabiko.cli;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.CoordinatorView;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobEventBatch;
import dev.yamabiko.coordinator.JobPage;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.NodeMetrics;
import dev.yamabiko.coordinator.ParametersView;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.WorkerView;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.http.HttpApi;
import dev.yamabiko.job.Job;
import dev.yamabiko.protocol.WorkerHello;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The HTTP API in front of a coordinator that runs nothing: jobs are what a test makes of them. It
 * can be closed and started again at the same port.
 */
final class TestServer implements AutoCloseable {

  record Follower(String id, long after, ActorRef<JobEventBatch> listener) {
    void tell(JobEvent event) {
      listener.tell(new JobEventBatch(List.of(event)));
    }
  }

  private static final Config CONFIG =
      ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = ERROR")
          .withFallback(ConfigFactory.load("coordinator-node"));

  final Map<String, JobView> jobs = new ConcurrentSkipListMap<>();
  final BlockingQueue<Job> submitted = new LinkedBlockingQueue<>();
  final BlockingQueue<Follower> followers = new LinkedBlockingQueue<>();

  /** Answers to submissions that a test gives when it wants to. */
  final BlockingQueue<Runnable> held = new LinkedBlockingQueue<>();

  /** What it says of the coordinator that it would be. */
  volatile int bulkPort = 1;

  volatile String fingerprint = "f00d";

  private final NodeMetrics metrics = new NodeMetrics();
  private final HttpAccess access;
  private final Path data;
  private final List<Path> roots;
  private int port;
  private volatile boolean holding;
  private ActorSystem<CoordinatorCommand> system;
  private HttpApi api;

  TestServer(Path data, List<Path> roots) throws IOException {
    this(data, roots, HttpAccess.open());
  }

  TestServer(Path data, List<Path> roots, HttpAccess access) throws IOException {
    this.access = access;
    this.data = data;
    this.roots = roots;
    start();
  }

  void start() throws IOException {
    system = ActorSystem.create(behavior(), "server", CONFIG);
    CoordinatorSettings settings =
        new CoordinatorSettings(
            "127.0.0.1", "127.0.0.1", 0, port, 0, data, roots, 1 << 24, 0, false, access);
    api = HttpApi.bind(system, settings, Seat.Here::new, metrics);
    port = api.address().getPort();
  }

  /** From now on answers to submissions are {@link #held}. */
  void holdAnswers() {
    holding = true;
  }

  String url() {
    return api.url();
  }

  @Override
  public void close() {
    api.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
    metrics.close();
  }

  private Behavior<CoordinatorCommand> behavior() {
    return Behaviors.receiveMessage(
        command -> {
          answer(command);
          return Behaviors.same();
        });
  }

  private void answer(CoordinatorCommand command) {
    if (command instanceof CoordinatorCommand.CountOpenJobs count) {
      count
          .replyTo()
          .tell((int) jobs.values().stream().filter(job -> !job.status().hasEnded()).count());
    } else if (command instanceof CoordinatorCommand.SubmitJob submit) {
      JobView view =
          view(submit.job().name() + "-1", submit.owner(), JobStatus.QUEUED, "", Optional.empty());
      submitted.add(submit.job());
      jobs.put(view.id(), view);
      if (holding) {
        held.add(() -> submit.replyTo().tell(view));
      } else {
        submit.replyTo().tell(view);
      }
    } else if (command instanceof CoordinatorCommand.ListJobs list) {
      List<String> ids = List.copyOf(jobs.keySet());
      list.replyTo().tell(JobPage.of(ids, list.limit(), list.before(), jobs::get));
    } else if (command instanceof CoordinatorCommand.GetJob get) {
      get.replyTo().tell(Optional.ofNullable(jobs.get(get.id())));
    } else if (command instanceof CoordinatorCommand.CancelJob cancel) {
      cancel.replyTo().tell(answer(cancel.id(), false));
    } else if (command instanceof CoordinatorCommand.ResumeJob resume) {
      resume.replyTo().tell(answer(resume.id(), true));
    } else if (command instanceof CoordinatorCommand.FollowJob follow) {
      followers.add(new Follower(follow.id(), follow.after(), follow.listener()));
    } else if (command instanceof CoordinatorCommand.DescribeCoordinator describe) {
      describe.replyTo().tell(new CoordinatorView("127.0.0.1", bulkPort, fingerprint));
    } else if (command instanceof CoordinatorCommand.ListParameters list) {
      WorkerHello hello = new WorkerHello(1, List.of(), "f00d", "p", "10.0.0.2", 2, 1L << 30);
      list.replyTo().tell(List.of(new ParametersView(hello, Instant.EPOCH)));
    } else if (command instanceof CoordinatorCommand.ListWorkers list) {
      WorkerHello hello = new WorkerHello(1, List.of(), "f00d", "one", "10.0.0.1", 4, 1L << 30);
      list.replyTo()
          .tell(
              List.of(
                  new WorkerView(
                      hello,
                      Instant.EPOCH,
                      Optional.of("digits-1"),
                      2500.4,
                      3,
                      12_345_678,
                      2_000_000)));
    }
  }

  private CoordinatorCommand.Answer answer(String id, boolean whenEnded) {
    if (!jobs.containsKey(id)) {
      return CoordinatorCommand.Answer.UNKNOWN;
    }
    return jobs.get(id).status().hasEnded() == whenEnded
        ? CoordinatorCommand.Answer.DONE
        : CoordinatorCommand.Answer.NOT_NOW;
  }

  /** Of nobody. */
  static JobView view(String id, JobStatus status, String reason, Optional<String> result) {
    return view(id, Optional.empty(), status, reason, result);
  }

  static JobView view(
      String id, Optional<String> owner, JobStatus status, String reason, Optional<String> result) {
    return new JobView(
        id,
        id.replaceFirst("-\\d+$", ""),
        owner,
        status,
        reason,
        Optional.empty(),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        3,
        10,
        0,
        2,
        List.of("one"),
        0.5,
        Double.NaN,
        Path.of(""),
        result);
  }
}
