package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.japi.function.Function;
import dev.yamabiko.coordinator.CoordinatorCommand.Answer;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.CheckpointFile;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.MessageTable;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator on a real data directory; users and workers' nodes are played by probes. */
class CoordinatorTest {

  private static final String BITS = "f00d";
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final String TEXT = SmallestJob.named("job");

  /** A worker's node, as the coordinator sees it. */
  private record Node(String name, TestProbe<WorkerMessage> worker, TestProbe<NodeMessage> node) {}

  @TempDir private Path data;
  private final ActorTestKit kit = ActorTestKit.create();
  private final ExecutorService blocking = Executors.newCachedThreadPool();

  /** While it is closed, nothing is read or written in the background, and no job is prepared. */
  private volatile CountDownLatch held = new CountDownLatch(0);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private BulkServer bulk;
  private Duration grace = Duration.ofHours(1);
  private JobStore store;
  private ActorRef<CoordinatorCommand> coordinator;
  private ActorRef<CoordinatorMessage> door;

  @BeforeEach
  void start() throws IOException {
    bulk = BulkServer.bind("127.0.0.1", 0, BulkSettings.DEFAULT);
    open();
  }

  @AfterEach
  void end() throws Exception {
    held.countDown();
    kit.shutdownTestKit();
    bulk.close();
    blocking.shutdownNow();
    assertTrue(blocking.awaitTermination(60, TimeUnit.SECONDS), "a job is still being prepared");
  }

  private void run(Runnable task) {
    try {
      held.await();
      task.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins a term with the jobs that are on the disk. */
  private void open() throws IOException {
    store = JobStore.open(data);
    Coordinator.Resources resources =
        new Coordinator.Resources(
            store,
            bulk,
            "127.0.0.1",
            new PreparedDatasets(data.resolve("datasets"), 1L << 30),
            new WorkerAdmission(BITS, false),
            new ClusterMetrics(registry, System::nanoTime),
            task -> blocking.execute(() -> run(task)),
            blocking,
            Clock.systemUTC(),
            grace,
            Duration.ofMillis(200));
    coordinator = kit.spawn(Coordinator.create(resources, store.readAll()));
    TestProbe<Receptionist.Listing> listings = kit.createTestProbe(Receptionist.Listing.class);
    kit.system()
        .receptionist()
        .tell(Receptionist.subscribe(CoordinatorMessage.SERVICE, listings.ref()));
    do {
      List<ActorRef<CoordinatorMessage>> found =
          List.copyOf(listings.receiveMessage().getServiceInstances(CoordinatorMessage.SERVICE));
      door = found.isEmpty() ? null : found.get(0);
    } while (door == null);
  }

  private <T> T ask(Function<ActorRef<T>, CoordinatorCommand> question) {
    return AskPattern.ask(coordinator, question, ANSWER, kit.system().scheduler())
        .toCompletableFuture()
        .join();
  }

  private String submit(String workers) {
    String text = TEXT + "workers { %s }\n".formatted(workers);
    var job = JobFile.parse(text, "job.conf", Path.of(""), List.of());
    return ask((ActorRef<JobView> to) ->
            new CoordinatorCommand.SubmitJob(job, Optional.empty(), to))
        .id();
  }

  @Test
  void shouldKeepAJobsOwnerThroughAllThatBecomesOfIt() throws IOException {
    Optional<String> ann = Optional.of("ann");
    var job = JobFile.parse(TEXT, "job.conf", Path.of(""), List.of());
    String id = ask((ActorRef<JobView> to) -> new CoordinatorCommand.SubmitJob(job, ann, to)).id();
    assertEquals(ann, view(id).owner());
    restart();
    enlisted(join("a"));
    assertEquals(JobStatus.RUNNING, view(id).status());
    assertEquals(ann, view(id).owner());
    restart();
    assertEquals(JobStatus.WAITING, view(id).status());
    assertEquals(ann, view(id).owner());
    assertEquals(Answer.DONE, cancel(id));
    restart();
    assertEquals(JobStatus.CANCELLED, view(id).status());
    assertEquals(ann, view(id).owner());
    assertEquals(
        Answer.DONE, ask((ActorRef<Answer> to) -> new CoordinatorCommand.ResumeJob(id, to)));
    assertEquals(ann, view(id).owner());
  }

  private JobView view(String id) {
    return ask((ActorRef<Optional<JobView>> to) -> new CoordinatorCommand.GetJob(id, to))
        .orElseThrow();
  }

  private void assertStatus(String id, JobStatus status, String reason) {
    assertEquals(List.of(status, reason), List.of(view(id).status(), view(id).reason()));
  }

  private List<WorkerView> workers() {
    return ask((ActorRef<List<WorkerView>> to) -> new CoordinatorCommand.ListWorkers(to));
  }

  private List<String> names() {
    return workers().stream().map(view -> view.hello().worker()).toList();
  }

  private Answer cancel(String id) {
    return ask((ActorRef<Answer> to) -> new CoordinatorCommand.CancelJob(id, to));
  }

  private Answer resume(String id) {
    return ask((ActorRef<Answer> to) -> new CoordinatorCommand.ResumeJob(id, to));
  }

  private Node offer(String name, String fingerprint) {
    Node node =
        new Node(
            name, kit.createTestProbe(WorkerMessage.class), kit.createTestProbe(NodeMessage.class));
    WorkerHello hello =
        new WorkerHello(
            MessageTable.PROTOCOL_VERSION,
            MessageTable.lines(),
            fingerprint,
            name,
            "h",
            1,
            1L << 30);
    door.tell(new CoordinatorMessage.RegisterWorker(hello, node.worker().ref(), node.node().ref()));
    return node;
  }

  private Node join(String name) {
    Node node = offer(name, BITS);
    node.node().expectMessage(new NodeMessage.WorkerAccepted(store.term(), name));
    return node;
  }

  private static NodeMessage.EnlistWorker enlisted(Node node) {
    NodeMessage message;
    do {
      message = node.node().receiveMessage(ANSWER);
    } while (message instanceof NodeMessage.DismissWorker); // from the run before
    return assertInstanceOf(NodeMessage.EnlistWorker.class, message);
  }

  private TestProbe<JobEvent> follow(String id) {
    TestProbe<JobEvent> follower = kit.createTestProbe(JobEvent.class);
    coordinator.tell(new CoordinatorCommand.FollowJob(id, 0, oneByOne(follower)));
    return follower;
  }

  private ActorRef<JobEventBatch> oneByOne(TestProbe<JobEvent> follower) {
    return kit.spawn(
        Behaviors.receiveMessage(
            batch -> {
              batch.events().forEach(follower.ref()::tell);
              return Behaviors.same();
            }));
  }

  private static String end(TestProbe<JobEvent> follower) {
    JobEvent event;
    do {
      event = follower.receiveMessage(ANSWER);
    } while (!event.isLast());
    return event.json();
  }

  @Test
  void shouldStartJobsInTheirOrderAndLetNoneOvertake() {
    Node a = join("a");
    String running = submit("max = 1");
    Node b = join("b");
    String first = submit("min = 2");
    String second = submit("min = 1");
    String why = "waits for 2 idle workers, there is 1";
    assertStatus(first, JobStatus.WAITING, why);
    assertStatus(second, JobStatus.QUEUED, "waits for " + first + ", which " + why);
    assertEquals(running, enlisted(a).key().run());
    TestProbe<JobEvent> events = follow(running);
    cancel(running);
    end(events);
    assertStatus(first, JobStatus.RUNNING, "");
    assertEquals(List.of("a", "b"), view(first).workers().stream().sorted().toList());
    assertStatus(second, JobStatus.WAITING, "waits for 1 idle worker, there are 0");
    assertEquals(first, enlisted(a).key().run());
    assertEquals(first, enlisted(b).key().run());
  }

  @Test
  void shouldPassAJobThatWantsMoreWorkersThanThereAreAndGiveItItsTurnWhenThereAreEnough() {
    String large = submit("min = 2");
    String small = submit("min = 1, max = 1");
    Node a = join("a");
    assertEquals(small, enlisted(a).key().run());
    assertStatus(large, JobStatus.WAITING, "waits for 2 workers, there is 1");
    Node b = join("b");
    String later = submit("min = 1");
    String why = "waits for 2 idle workers, there is 1";
    assertStatus(later, JobStatus.QUEUED, "waits for " + large + ", which " + why);
    TestProbe<JobEvent> events = follow(small);
    cancel(small);
    end(events);
    assertEquals(large, enlisted(b).key().run());
    assertEquals(large, enlisted(a).key().run());
  }

  @Test
  void shouldLeaveWorkersToTheNextJobWhenAJobHasEnough() {
    Node a = join("a");
    Node b = join("b");
    String first = submit("max = 1");
    String second = submit("max = 1");
    assertEquals(first, enlisted(a).key().run());
    assertEquals(second, enlisted(b).key().run());
    assertEquals(
        List.of(Optional.of(first), Optional.of(second)),
        workers().stream().map(WorkerView::job).toList());
  }

  @Test
  void shouldListTheNewestJobFirst() {
    String first = submit("min = 1");
    String second = submit("min = 1");
    assertEquals(List.of(second, first), listed(1_000, Optional.empty()));
    assertEquals(List.of(second), listed(1, Optional.empty()));
    assertEquals(List.of(first), listed(1, Optional.of(second)));
    assertEquals(List.of(), listed(1, Optional.of(first)));
  }

  private List<String> listed(int limit, Optional<String> before) {
    return ask(
            (ActorRef<Optional<JobPage>> to) -> new CoordinatorCommand.ListJobs(limit, before, to))
        .orElseThrow()
        .jobs()
        .stream()
        .map(JobView::id)
        .toList();
  }

  @Test
  void shouldTellWhatAJobIsToDoAndItsLayersOnceItsDataIsRead() {
    String id = submit("min = 1");
    JobDescription queued = describe(id);
    assertTrue(queued.file().contains("half-squared-error"), queued.file());
    assertEquals(Optional.empty(), queued.network());
    enlisted(join("a"));
    assertEquals(2, describe(id).network().orElseThrow().parameterCount());
  }

  private JobDescription describe(String id) {
    return ask((ActorRef<Optional<JobDescription>> to) ->
            new CoordinatorCommand.DescribeJob(id, to))
        .orElseThrow();
  }

  @Test
  void shouldCancelQueuedJobAndGiveItsTurnToTheNext() {
    join("other");
    submit("max = 1");
    Node a = join("a");
    String first = submit("min = 2");
    String second = submit("min = 1");
    assertEquals(JobStatus.QUEUED, view(second).status());
    assertEquals(Answer.DONE, cancel(first));
    assertStatus(first, JobStatus.CANCELLED, "cancelled by a user");
    assertEquals(second, enlisted(a).key().run());
    assertEquals(Answer.NOT_NOW, cancel(first));
    Map<String, Object> ended = CanonicalJson.object(view(first).json());
    assertEquals(
        List.of(0, 0, 0, 0),
        Stream.of("epochs", "steps", "workers", "rollbacks").map(ended::get).toList());
    assertEquals(store.runDirectory(first).toString(), ended.get("run_directory"));
  }

  @Test
  void shouldCancelRunningJobFreeItsWorkersAndResumeIt() {
    Node a = join("a");
    String id = submit("min = 1");
    enlisted(a);
    TestProbe<JobEvent> events = follow(id);
    assertEquals(Answer.DONE, cancel(id));
    assertTrue(end(events).contains("\"status\":\"cancelled\""));
    a.node().expectMessageClass(NodeMessage.DismissWorker.class, ANSWER);
    assertEquals(List.of(Optional.empty()), workers().stream().map(WorkerView::job).toList());
    assertEquals(Answer.DONE, resume(id));
    assertStatus(id, JobStatus.RUNNING, "");
    assertEquals(id + "~2", enlisted(a).key().run());
    assertEquals(Answer.NOT_NOW, resume(id));
  }

  @Test
  void shouldKnowWhichJobsThereAre() {
    assertEquals(Answer.UNKNOWN, cancel("job-99"));
    assertEquals(Answer.UNKNOWN, resume("job-99"));
    assertEquals(
        Optional.empty(),
        ask((ActorRef<Optional<JobView>> to) -> new CoordinatorCommand.GetJob("job-99", to)));
    assertEquals(new JobEvent(0, JobEvent.END, "{}"), follow("job-99").receiveMessage(ANSWER));
  }

  @Test
  void shouldLetOneFollowerFollowManyJobs() {
    TestProbe<JobEvent> follower = kit.createTestProbe(JobEvent.class);
    ActorRef<JobEventBatch> batches = oneByOne(follower);
    String first = submit("min = 1");
    String second = submit("min = 1");
    for (String id : List.of(first, second, first)) {
      coordinator.tell(new CoordinatorCommand.FollowJob(id, 0, batches));
    }
    cancel(first);
    cancel(second);
    assertTrue(end(follower).contains(first));
    assertTrue(end(follower).contains(second));
  }

  @Test
  void shouldForgetWorkerThatIsLost() {
    Node a = join("a");
    join("b");
    a.node().stop();
    TestProbe<Object> probe = kit.createTestProbe(Object.class);
    probe.awaitAssert(
        () -> {
          assertEquals(List.of("b"), names());
          return null;
        });
  }

  @Test
  void shouldForgetWorkerThatLeaves() {
    Node before = join("a");
    before.worker().stop();
    Node now = join("a");
    join("b");
    door.tell(new CoordinatorMessage.WorkerLeaving("a", before.node().ref()));
    assertEquals(List.of("a", "b"), names(), "it is another start of the same name");
    double lost = lost();
    door.tell(new CoordinatorMessage.WorkerLeaving("a", now.node().ref()));
    assertEquals(List.of("b"), names());
    join("a");
    assertEquals(lost, lost());
  }

  /** A job that runs, whose run has not begun. */
  private String leftByItsOnlyWorker() {
    Node a = join("a");
    held = new CountDownLatch(1);
    String id = submit("min = 1");
    assertStatus(id, JobStatus.RUNNING, "");
    door.tell(new CoordinatorMessage.WorkerLeaving("a", a.node().ref()));
    assertEquals(List.of(), names());
    held.countDown();
    return id;
  }

  @Test
  void shouldWaitForAnotherWorkerWhenTheOnlyOneLeavesBeforeTheRunBegins() {
    String id = leftByItsOnlyWorker();
    TestProbe<JobEvent> events = follow(id);
    Node b = join("b");
    assertEquals(id, enlisted(b).key().run());
    assertStatus(id, JobStatus.RUNNING, "");
    cancel(id);
    end(events);
  }

  @Test
  void shouldCancelAJobThatWaitsForAnotherWorkerBeforeTheRunBegins() {
    String id = leftByItsOnlyWorker();
    TestProbe<JobEvent> events = follow(id);
    cancel(id);
    end(events);
    assertEquals(JobStatus.CANCELLED, view(id).status());
  }

  @Test
  void shouldCancelAJobAtOnceWhileItsDataIsReadAndDropThat() {
    Node a = join("a");
    held = new CountDownLatch(1);
    CountDownLatch reading = held;
    String id = submit("min = 1");
    assertStatus(id, JobStatus.RUNNING, "");
    TestProbe<JobEvent> events = follow(id);
    assertEquals(Answer.DONE, cancel(id));
    end(events);
    assertStatus(id, JobStatus.CANCELLED, "cancelled by a user");
    assertEquals(List.of(Optional.empty()), workers().stream().map(WorkerView::job).toList());
    held = new CountDownLatch(0);
    assertEquals(Answer.DONE, resume(id));
    assertEquals(id + "~2", enlisted(a).key().run());
    reading.countDown();
    assertStatus(id, JobStatus.RUNNING, "");
  }

  @Test
  void shouldReplaceWorkerThatStartedAnew() {
    Node before = join("a");
    // Its actor is gone; that its node is, nobody has seen yet.
    before.worker().stop();
    Node now = join("a");
    before.node().expectMessageClass(NodeMessage.WorkerRefused.class);
    assertEquals(List.of("a"), names());
    // The end of the one before is no news of this one.
    before.node().stop();
    String id = submit("min = 1");
    assertEquals(id, enlisted(now).key().run());
    assertEquals(List.of("a"), names());
    assertEquals(1, lost());
  }

  private double lost() {
    return registry.get("yamabiko.workers.lost").counter().count();
  }

  /** A worker that has failed may start anew before that is heard of a run that is busy. */
  @Test
  void shouldKeepANewStartInItsJobWhenTheRunsWordOnTheOneBeforeComesLate() {
    Node before = join("a");
    String id = submit("min = 1, max = 1");
    enlisted(before);
    before.worker().stop();
    before.node().stop();
    Node now = join("a");
    enlisted(now);
    String next = submit("min = 1");
    RunEvent late =
        new RunEvent.WorkerLeft(
            "a", "failed: why", true, 0, kit.createTestProbe(WorkerMessage.class).ref());
    coordinator
        .<Object>unsafeUpcast()
        .tell(new Coordinator.FromRun(new RunNews.Advanced(id, late)));
    assertStatus(next, JobStatus.WAITING, "waits for 1 idle worker, there are 0");
    assertEquals(List.of(Optional.of(id)), workers().stream().map(WorkerView::job).toList());
  }

  @Test
  void shouldRefuseASecondWorkerOfANameWhileTheFirstIsAlive() {
    Node first = join("a");
    Node second = offer("a", BITS);
    assertEquals(
        "the name a is in use by a worker on h that is alive; give another --name, or end that one",
        second.node().expectMessageClass(NodeMessage.WorkerRefused.class).reason());
    String id = submit("min = 1");
    assertEquals(id, enlisted(first).key().run());
  }

  /** Its first refusal may be lost, so that it offers itself again when the name is free. */
  @Test
  void shouldAcceptAWorkerThatItHasRefusedBefore() {
    Node first = join("a");
    WorkerHello hello = workers().get(0).hello();
    Node second = offer("a", BITS);
    second.node().expectMessageClass(NodeMessage.WorkerRefused.class);
    door.tell(new CoordinatorMessage.WorkerLeaving("a", first.node().ref()));
    door.tell(
        new CoordinatorMessage.RegisterWorker(hello, second.worker().ref(), second.node().ref()));
    second.node().expectMessage(new NodeMessage.WorkerAccepted(store.term(), "a"));
    String id = submit("min = 1");
    assertEquals(id, enlisted(second).key().run());
  }

  @Test
  void shouldAcceptTheSameOfferAgainAndCountItOnce() {
    Node a = join("a");
    WorkerHello hello = workers().get(0).hello();
    door.tell(new CoordinatorMessage.RegisterWorker(hello, a.worker().ref(), a.node().ref()));
    a.node().expectMessage(new NodeMessage.WorkerAccepted(store.term(), "a"));
    assertEquals(List.of("a"), names());
  }

  @Test
  void shouldRefuseWorkerWithOtherBits() {
    Node strange = offer("a", "beef");
    String why = strange.node().expectMessageClass(NodeMessage.WorkerRefused.class).reason();
    assertTrue(why.contains("other bits"), why);
    assertEquals(List.of(), names());
  }

  @Test
  void shouldTakeUpRunningJobWhenItStartsAnew() throws IOException {
    enlisted(joinAndSubmit());
    // It ends without a word, as a process does.
    kit.stop(coordinator);
    open();
    assertStatus("job-1", JobStatus.WAITING, "waits for 1 worker, there are 0");
    Node again = join("b");
    NodeMessage.EnlistWorker enlist = enlisted(again);
    assertEquals("job-1~2", enlist.key().run());
    assertEquals(2, enlist.key().term());
  }

  /** A job that the next coordinator finds running. */
  private String wasRunning(String workers) throws IOException {
    String id = store.newId("job");
    String text = TEXT + "workers { %s }\n".formatted(workers);
    store.write(
        StoredJob.submitted(id, text, Optional.empty(), Instant.EPOCH)
            .attempt()
            .running(Instant.EPOCH));
    return id;
  }

  /** Ends without a word, as a process does, and begins the next term. */
  private void restart() throws IOException {
    kit.stop(coordinator);
    open();
  }

  @Test
  void shouldLetAJobThatWasRunningHaveItsWorkersBackAsTheyComeOneByOne() throws IOException {
    String running = wasRunning("min = 2");
    String behind = submit("min = 1");
    restart();
    Node first = join("a");
    String why = "waits for 2 workers, there is 1";
    assertStatus(running, JobStatus.WAITING, why);
    assertStatus(behind, JobStatus.QUEUED, "waits for " + running + ", which " + why);
    Node second = join("b");
    assertEquals(running + "~2", enlisted(first).key().run());
    assertEquals(running + "~2", enlisted(second).key().run());
    assertStatus(
        behind,
        JobStatus.QUEUED,
        "waits for " + running + ", which runs again and gets the workers that come back first");
    join("c");
    assertEquals(List.of("a", "b", "c"), view(running).workers());
    assertEquals(Answer.DONE, cancel(behind));
  }

  @Test
  void shouldGiveWorkersToTheNextJobWhenThoseThatWereLostDoNotComeBack() throws IOException {
    String running = wasRunning("min = 2");
    String behind = submit("min = 1");
    grace = Duration.ofMillis(300);
    restart();
    Node a = join("a");
    assertEquals(behind, enlisted(a).key().run());
    assertStatus(running, JobStatus.WAITING, "waits for 2 workers, there is 1");
  }

  @Test
  void shouldTakeUpARunningJobAgainWhenItHadNotBegunAfterTheLastStart() throws IOException {
    String running = wasRunning("min = 1");
    String behind = submit("min = 1, max = 1");
    restart();
    assertStatus(running, JobStatus.WAITING, "waits for 1 worker, there are 0");
    restart();
    assertEquals(running + "~2", enlisted(join("a")).key().run());
    assertEquals(JobStatus.QUEUED, view(behind).status());
  }

  @Test
  void shouldShowHowFarAJobHadComeUntilItGoesOn() throws IOException {
    String running = wasRunning("min = 1");
    Checkpoint checkpoint =
        new Checkpoint(
            new Checkpoint.Position(7, 3, 28, Optional.empty(), 0),
            new float[2],
            new float[0][],
            Optional.empty(),
            Checkpoint.WayBack.NONE);
    RunDirectory.checkpoints(store.runDirectory(running), 1)
        .write(new CheckpointFile.Content(TEXT, "dada", Map.of(), checkpoint));
    restart();
    assertEquals(JobStatus.WAITING, view(running).status());
    assertEquals(List.of(7L, 3), List.of(view(running).step(), view(running).epoch()));
    String event = follow(running).receiveMessage(ANSWER).json();
    assertTrue(event.contains("\"step\":7,") && event.contains("\"epoch\":3,"), event);

    held = new CountDownLatch(1);
    join("a");
    assertEquals(JobStatus.RUNNING, view(running).status());
    assertEquals(List.of(7L, 3), List.of(view(running).step(), view(running).epoch()));
    assertEquals(7, registry.get("yamabiko.job.step").gauge().value());
    assertEquals(3, registry.get("yamabiko.job.epoch").gauge().value());
  }

  /** What is written first finds no room; it is deleted then, and the next one does. */
  @Test
  void shouldLetAJobWaitThatFindsNoRoomOnTheDisk() throws IOException {
    String id = submit("min = 1");
    Path run = Files.createDirectory(store.runDirectory(id));
    Files.createSymbolicLink(run.resolve("job.conf.1.part"), Path.of("/dev/full"));
    TestProbe<JobEvent> events = follow(id);
    Node a = join("a");
    String waits =
        "waits for room on the coordinator's disk: " + run + " cannot be used: No space left";
    String event;
    do {
      event = events.receiveMessage(ANSWER).json();
    } while (!event.contains(waits));
    assertEquals(id + "~2", enlisted(a).key().run());
    assertStatus(id, JobStatus.RUNNING, "");
  }

  @Test
  void shouldNotWriteWhatAJobWaitsFor() throws IOException {
    String id = submit("min = 2");
    Path state = data.resolve("jobs").resolve(id).resolve("state.json");
    Object before = Files.getAttribute(state, "unix:ino");
    join("a");
    assertStatus(id, JobStatus.WAITING, "waits for 2 workers, there is 1");
    assertEquals(before, Files.getAttribute(state, "unix:ino"), "it has been written again");
  }

  @Test
  void shouldNotRunAJobAgainThatWasToEnd() throws IOException {
    StoredJob running =
        StoredJob.submitted(store.newId("job"), TEXT, Optional.empty(), Instant.EPOCH).attempt();
    store.write(running.running(Instant.EPOCH).cancelling("cancelled by a user"));
    kit.stop(coordinator);
    open();
    join("a");
    assertStatus("job-1", JobStatus.CANCELLED, "cancelled by a user");
    assertEquals(Answer.DONE, resume("job-1"));
    assertStatus("job-1", JobStatus.RUNNING, "");
  }

  @Test
  void shouldEndWithoutAWordWhenAnotherOneHasTakenOver() throws IOException {
    String id = submit("min = 1");
    TestProbe<JobEvent> events = follow(id);
    assertEquals("status", events.receiveMessage(ANSWER).kind());
    JobStore next = JobStore.open(data);
    TestProbe<Answer> answers = kit.createTestProbe(Answer.class);
    coordinator.tell(new CoordinatorCommand.CancelJob(id, answers.ref()));
    answers.expectTerminated(coordinator, ANSWER);
    answers.expectNoMessage(Duration.ofMillis(1));
    events.expectNoMessage(Duration.ofMillis(1));
    assertEquals(JobStatus.QUEUED, next.readAll().get(0).status());
  }

  private Node joinAndSubmit() {
    Node node = join("a");
    submit("min = 1");
    return node;
  }

  @Test
  void shouldListJobThatItCannotReadAsFailed() throws IOException {
    StoredJob newer =
        StoredJob.submitted(store.newId("new"), "quantum = 3", Optional.empty(), Instant.EPOCH);
    store.write(newer);
    kit.stop(coordinator);
    open();
    assertEquals(JobStatus.FAILED, view("new-1").status());
    String reason = view("new-1").reason();
    assertTrue(reason.startsWith("its job file cannot be read, so submit the job again:"), reason);
    assertEquals(Answer.UNREADABLE, resume("new-1"));
    assertEquals(List.of(newer), store.readAll());
    assertEquals("job-2", submit("min = 1"));
  }

  @Test
  void shouldListJobsWhoseStateIsDamagedAndResumeTheOneThatHadBegun() throws IOException {
    String begun = submit("min = 1");
    String queued = submit("min = 1");
    kit.stop(coordinator);
    Files.createDirectories(store.runDirectory(begun));
    Files.writeString(store.runDirectory(begun).resolve("job.conf"), TEXT);
    for (String id : List.of(begun, queued)) {
      Files.writeString(data.resolve("jobs").resolve(id).resolve("state.json"), "");
    }
    open();
    join("a");
    for (String id : List.of(begun, queued)) {
      JobView view = view(id);
      assertEquals(JobStatus.FAILED, view.status());
      assertEquals("job", view.name());
      assertTrue(view.reason().contains("state.json is damaged: expected the state of job " + id));
      assertTrue(view.json().contains("state.json is damaged"), view.json());
    }
    assertEquals(Answer.UNREADABLE, resume(queued));
    assertEquals(Answer.DONE, resume(begun));
    assertStatus(begun, JobStatus.RUNNING, "");
  }

  @Test
  void shouldFailJobWhoseTextNoMessageCarries() {
    List<String> layers = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      layers.add("{ dense { units = 1, initializer = glorot } }");
    }
    join("a");
    String text =
        "name = job, loss = half-squared-error, optimizer = sgd, batch-size = 4, epochs = 1,"
            + " data.train.builtin { name = sine, examples = 8 }, model = ["
            + String.join(",", layers)
            + "]";
    var job = JobFile.parse(text, "job.conf", Path.of(""), List.of());
    JobView submitted =
        ask((ActorRef<JobView> to) -> new CoordinatorCommand.SubmitJob(job, Optional.empty(), to));
    end(follow(submitted.id()));
    JobView failed = view(submitted.id());
    assertEquals(JobStatus.FAILED, failed.status());
    assertTrue(
        failed.reason().endsWith("bytes, at most 122,880 can be sent to a worker"),
        failed.reason());
    assertEquals(List.of(Optional.empty()), workers().stream().map(WorkerView::job).toList());
  }
}
