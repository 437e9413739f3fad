package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceMessage.Contribute;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A worker between two slices and a run, all played by probes. */
class WorkerTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final RunKey KEY = new RunKey("run", 3);
  private static final Duration QUIET = Duration.ofMillis(200);
  private static final Duration BUILD = Duration.ofSeconds(20);
  private static final String JOB =
      """
      data.train.builtin { name = spirals, examples = 40 }
      data.validation.builtin { name = spirals, examples = 600 }
      model = [ { dense { units = 1500 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer = sgd
      batch-size = 16, shards = 4, epochs = 2
      """;

  private final TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);
  private final TestProbe<SliceMessage> low = KIT.createTestProbe(SliceMessage.class);
  private final TestProbe<SliceMessage> high = KIT.createTestProbe(SliceMessage.class);
  private final Job job = JobFile.parse(JOB, "test.conf", Path.of(""), List.of());
  private final LoadedData data = DataLoader.load(job.data(), job.seed());
  private final Network network = job.model().build(data.train().inputShape());

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void shouldContributeLeasedBlocksToEverySliceWhenWeightsAreComplete() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(lease(1, 0, 2, new Block(0, 2), new Block(2, 3)));
    worker.tell(weights(0, 0, 0f));
    low.expectNoMessage(QUIET);
    worker.tell(weights(0, 1, 0f));
    // The last layer's gradient is final first, and the high slice holds it.
    assertContribution(high.expectMessageClass(Contribute.class), 0, 1, new Block(0, 2), 8);
    assertContribution(low.expectMessageClass(Contribute.class), 0, 0, new Block(0, 2), 8);
    assertContribution(high.expectMessageClass(Contribute.class), 0, 1, new Block(2, 3), 4);
    assertContribution(low.expectMessageClass(Contribute.class), 0, 0, new Block(2, 3), 4);
  }

  @Test
  void shouldComputeEachStepOnceWhenMessagesComeTwice() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(lease(1, 0, 1, new Block(0, 4)));
    install(worker, 0, 0f);
    low.expectMessageClass(Contribute.class);
    install(worker, 0, 0f);
    worker.tell(lease(1, 0, 3, new Block(0, 4)));
    low.expectNoMessage(QUIET);
    worker.tell(lease(2, 0, 3, new Block(0, 4)));
    low.expectNoMessage(QUIET);
    install(worker, 1, 0f);
    assertEquals(1, low.expectMessageClass(Contribute.class).step());
  }

  @Test
  void shouldContributeOnceMoreWhatItIsAskedForAgain() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(lease(1, 0, 2, new Block(0, 4)));
    install(worker, 0, 0f);
    low.expectMessageClass(Contribute.class);
    install(worker, 1, 0f);
    Contribute second = low.expectMessageClass(Contribute.class);
    // Its task has ended then.
    run.expectMessageClass(RunMessage.SpeedMeasured.class);
    worker.tell(new WorkerMessage.ComputeBlocks(KEY, 1, List.of(new Block(0, 4))));
    Contribute again = low.expectMessageClass(Contribute.class);
    assertEquals(second.statistics(), again.statistics());
    assertSame(second.gradient().values(), again.gradient().values(), "not computed anew");
    run.expectNoMessage(QUIET); // which would be no measure of its speed
    worker.tell(new WorkerMessage.ComputeBlocks(KEY, 1, List.of(new Block(0, 2))));
    assertContribution(low.expectMessageClass(Contribute.class), 1, 0, new Block(0, 2), 8);
    assertEquals(8, run.expectMessageClass(RunMessage.SpeedMeasured.class).examples());
  }

  @Test
  void shouldNotBeginStepWhenLeaseHasEndedOrIsPaused() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(lease(1, 0, 1, new Block(0, 4)));
    install(worker, 0, 0f);
    low.expectMessageClass(Contribute.class);
    assertEquals(16, run.expectMessageClass(RunMessage.SpeedMeasured.class).examples());
    install(worker, 1, 0f);
    low.expectNoMessage(QUIET);
    worker.tell(new WorkerMessage.PauseLease(KEY, 2, run.ref()));
    assertEquals(1, run.expectMessageClass(RunMessage.LeasePaused.class).nextStep());
    worker.tell(lease(1, 0, 9, new Block(0, 4)));
    low.expectNoMessage(QUIET);
    worker.tell(lease(3, 1, 2, new Block(0, 4)));
    assertEquals(1, low.expectMessageClass(Contribute.class).step());
  }

  @Test
  void shouldEvaluateOnceWeightsOfThatStepAreThere() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(new WorkerMessage.Evaluate(KEY, 5, DataPart.VALIDATION, true, 1, 3, run.ref()));
    run.expectNoMessage(QUIET);
    install(worker, 5, 0f);
    RunMessage.PartMeasured second = run.expectMessageClass(RunMessage.PartMeasured.class);
    assertEquals(1, second.part());
    assertEquals(256, second.measures().statistics().examples());
    // Zero weights: three classes equally likely.
    assertEquals(Math.log(3), second.measures().statistics().meanLoss(), 1e-6);
    RunMessage.PartMeasured third = run.expectMessageClass(RunMessage.PartMeasured.class);
    assertEquals(2, third.part());
    assertEquals(88, third.measures().statistics().examples());
    ClassTally classes = third.measures().classes().orElseThrow();
    assertEquals(88, Arrays.stream(classes.counts()).sum());
    assertTrue(Arrays.stream(classes.pairs()).allMatch(p -> ClassTally.predicted(p) == 0));
  }

  @Test
  void shouldSayOnlyStatisticsWhereNoMoreIsWanted() {
    ActorRef<WorkerMessage> worker = join();
    install(worker, 5, 0f);
    worker.tell(new WorkerMessage.Evaluate(KEY, 5, DataPart.TRAIN, false, 0, 1, run.ref()));
    RunMessage.PartEvaluated part = run.expectMessageClass(RunMessage.PartEvaluated.class);
    assertEquals(Math.log(3), part.statistics().meanLoss(), 1e-6);
    worker.tell(new WorkerMessage.Evaluate(KEY, 5, DataPart.VALIDATION, false, 2, 3, run.ref()));
    part = run.expectMessageClass(RunMessage.PartEvaluated.class);
    assertEquals(88, part.statistics().examples());
    assertEquals(Math.log(3), part.statistics().meanLoss(), 1e-6);
  }

  @Test
  void shouldEvaluateAPartOnceAndAnswerAsOftenAsItIsAsked() {
    Semaphore gate = new Semaphore(0);
    Dataset validation = data.validation().orElseThrow();
    ActorRef<WorkerMessage> worker =
        join(new TrainingData(data.train(), Optional.of(new Gated(validation, gate))));
    WorkerMessage part =
        new WorkerMessage.Evaluate(KEY, 5, DataPart.VALIDATION, true, 1, 2, run.ref());
    install(worker, 5, 0f);
    worker.tell(part);
    worker.tell(part);
    worker.tell(part);
    // Its answer says that the worker has read all three.
    worker.tell(joinRun());
    run.expectMessageClass(RunMessage.WorkerReady.class);
    gate.release();
    RunMessage answer = run.expectMessageClass(RunMessage.PartMeasured.class);
    run.expectNoMessage(QUIET);
    worker.tell(part);
    assertEquals(answer, run.expectMessageClass(RunMessage.PartMeasured.class));
  }

  @Test
  void shouldAnswerSecondInvitationWithoutStartingAnew() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(joinRun());
    assertEquals("w", run.expectMessageClass(RunMessage.WorkerReady.class).worker());
    worker.tell(
        new WorkerMessage.JoinRun(
            new RunKey("run", 2),
            new RunDefinition("", "", Optional.empty()),
            List.of(low.ref()),
            run.ref()));
    run.expectNoMessage(QUIET);
    worker.tell(lease(1, 0, 1, new Block(0, 4)));
    install(worker, 0, 0f);
    assertEquals(KEY, low.expectMessageClass(Contribute.class).key());
  }

  /** The first shard of the step, whosever it is: all workers say the same. */
  @Test
  void shouldNameStepShardAndLayerWhenLossIsNotFinite() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(lease(1, 0, 1, new Block(2, 4)));
    install(worker, 0, Float.NaN);
    String message = run.expectMessageClass(RunMessage.Diverged.class).message();
    assertTrue(message.contains("step 0"), message);
    assertTrue(message.contains("shard 0"), message);
    assertTrue(message.contains("layer 0 (dense 1500)"), message);
  }

  /** Weights of both versions may have been read by then. */
  @Test
  void shouldNotSayThatAStepDivergedWhichHasClosedWithoutIt() {
    Semaphore gate = new Semaphore(0);
    ActorRef<WorkerMessage> worker = join(new Gated(data.train(), gate));
    worker.tell(lease(1, 0, 2, new Block(0, 4)));
    install(worker, 0, Float.NaN);
    install(worker, 1, 0f);
    worker.tell(new WorkerMessage.Probe(KEY, run.ref()));
    run.expectMessageClass(RunMessage.ProbeAnswered.class);
    gate.release();
    assertEquals(1, low.expectMessageClass(Contribute.class).step());
    run.expectMessageClass(RunMessage.SpeedMeasured.class);
  }

  @Test
  void shouldIgnoreOtherTermsAndWhatComesAfterTheRun() {
    ActorRef<WorkerMessage> worker = join();
    worker.tell(lease(1, 0, 1, new Block(0, 4)));
    int split = ChunkGrid.sliceFrom(network.parameterCount(), 2, 1);
    FloatSegment all = new FloatSegment(new float[split], 0, split);
    worker.tell(new WorkerMessage.InstallWeights(new RunKey("run", 2), 0, 0, all));
    worker.tell(weights(0, 1, 0f));
    low.expectNoMessage(QUIET);
    worker.tell(new WorkerMessage.LeaveRun(KEY));
    install(worker, 0, 0f);
    low.expectNoMessage(QUIET);
    run.expectNoMessage(Duration.ZERO);
  }

  @Test
  void shouldTellRunWhenDataCannotBeHad() {
    ActorRef<WorkerMessage> worker =
        KIT.spawn(
            Worker.create(
                "worker-7",
                definition -> {
                  throw new IllegalStateException("the disk is gone");
                },
                Long.MAX_VALUE));
    worker.tell(joinRun());
    RunMessage.WorkerFailed failed = run.expectMessageClass(RunMessage.WorkerFailed.class, BUILD);
    assertEquals("worker-7", failed.worker());
    assertTrue(failed.cause().contains("the disk is gone"), failed.cause());
  }

  /** Examples that cannot be read while the gate is closed. */
  private record Gated(Dataset data, Semaphore gate) implements Dataset {
    @Override
    public int size() {
      return data.size();
    }

    @Override
    public Shape inputShape() {
      return data.inputShape();
    }

    @Override
    public Targets targets() {
      return data.targets();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      gate.acquireUninterruptibly();
      gate.release();
      data.readInput(index, into, at);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      data.readTarget(index, into, at);
    }
  }

  @Test
  void shouldJoinTheSameRunAnewWhileItStillComputesForIt() {
    Semaphore gate = new Semaphore(0);
    ActorRef<WorkerMessage> worker = join(new Gated(data.train(), gate));
    worker.tell(lease(1, 0, 1, new Block(0, 4)));
    install(worker, 0, 0f);
    worker.tell(new WorkerMessage.LeaveRun(KEY));
    worker.tell(joinRun());
    gate.release();
    run.expectMessageClass(RunMessage.WorkerReady.class, BUILD);
    // That came from before; it was no measure of the new lease's speed.
    assertEquals(0, low.expectMessageClass(Contribute.class).step());
    worker.tell(lease(1, 0, 2, new Block(0, 4)));
    install(worker, 1, 0f);
    assertEquals(1, low.expectMessageClass(Contribute.class).step());
  }

  /** What kept it from taking part before need not keep it from that now. */
  @Test
  void shouldNotTakeAnEarlierFailureToJoinForThatOfTheSameRun() {
    Semaphore gate = new Semaphore(0);
    AtomicInteger calls = new AtomicInteger();
    ActorRef<WorkerMessage> worker =
        KIT.spawn(
            Worker.create(
                "w",
                definition -> {
                  if (calls.incrementAndGet() == 1) {
                    gate.acquireUninterruptibly();
                    throw new IllegalStateException("the client was closed");
                  }
                  return training();
                },
                Long.MAX_VALUE));
    worker.tell(joinRun());
    worker.tell(new WorkerMessage.LeaveRun(KEY));
    worker.tell(joinRun());
    worker.tell(new WorkerMessage.Probe(KEY, run.ref()));
    run.expectMessageClass(RunMessage.ProbeAnswered.class);
    gate.release();
    run.expectMessageClass(RunMessage.WorkerReady.class, BUILD);
    assertEquals(2, calls.get());
  }

  /** It goes on at once, and in the same arrays; somebody else has computed this step. */
  @Test
  void shouldContributeCopiesWhenTheNextWeightsAreComplete() {
    Semaphore gate = new Semaphore(0);
    ActorRef<WorkerMessage> worker = join(new Gated(data.train(), gate));
    worker.tell(lease(1, 0, 2, new Block(0, 4)));
    install(worker, 0, 0f);
    install(worker, 1, 0f);
    worker.tell(new WorkerMessage.Probe(KEY, run.ref()));
    run.expectMessageClass(RunMessage.ProbeAnswered.class);
    gate.release();
    Contribute late = high.expectMessageClass(Contribute.class);
    assertEquals(SliceMessage.Floats.COPIED, late.floats());
    Contribute next = high.expectMessageClass(Contribute.class);
    assertEquals(1, next.step());
    assertEquals(SliceMessage.Floats.LENT, next.floats());
    assertNotSame(next.gradient().values(), late.gradient().values());
  }

  /** It could never receive them, and would connect again and again. */
  @Test
  void shouldNotTakePartWhereItsMemoryCannotHoldTheWeights() {
    ActorRef<WorkerMessage> worker =
        KIT.spawn(Worker.create("w", definition -> training(), Long.MAX_VALUE));
    worker.tell(joinRun(JOB.replace("1500", "300000000")));
    String why = run.expectMessageClass(RunMessage.WorkerFailed.class, BUILD).cause();
    assertTrue(
        why.matches(
            "not enough memory: two versions of the weights take 13\\.4 GiB but may take at most .*, half of"
                + " what the JVM may use; give it more, as in YAMABIKO_JAVA_OPTS=-Xmx28g"),
        why);
  }

  private TrainingData training() {
    return new TrainingData(data.train(), data.validation());
  }

  private ActorRef<WorkerMessage> join() {
    return join(data.train());
  }

  private ActorRef<WorkerMessage> join(Dataset train) {
    return join(new TrainingData(train, data.validation()));
  }

  private ActorRef<WorkerMessage> join(TrainingData training) {
    ActorRef<WorkerMessage> worker =
        KIT.spawn(Worker.create("w", definition -> training, Long.MAX_VALUE));
    worker.tell(joinRun());
    assertEquals("w", run.expectMessageClass(RunMessage.WorkerReady.class, BUILD).worker());
    return worker;
  }

  private WorkerMessage joinRun() {
    return joinRun(JOB);
  }

  private WorkerMessage joinRun(String job) {
    return new WorkerMessage.JoinRun(
        KEY,
        new RunDefinition(job, "", Optional.empty()),
        List.of(low.ref(), high.ref()),
        run.ref());
  }

  private static WorkerMessage lease(long number, long from, long until, Block... blocks) {
    return new WorkerMessage.TakeLease(KEY, number, List.of(blocks), from, until);
  }

  private void install(ActorRef<WorkerMessage> worker, long step, float value) {
    worker.tell(weights(step, 0, value));
    worker.tell(weights(step, 1, value));
  }

  private WorkerMessage weights(long step, int slice, float value) {
    int parameters = network.parameterCount();
    int length =
        ChunkGrid.sliceFrom(parameters, 2, slice + 1) - ChunkGrid.sliceFrom(parameters, 2, slice);
    float[] values = new float[length];
    Arrays.fill(values, value);
    return new WorkerMessage.InstallWeights(KEY, step, slice, new FloatSegment(values, 0, length));
  }

  private void assertContribution(
      Contribute contribution, long step, int slice, Block block, int examples) {
    assertEquals(step, contribution.step());
    assertEquals(slice, contribution.slice());
    assertEquals(block, contribution.block());
    assertEquals(examples, contribution.statistics().examples());
    int parameters = network.parameterCount();
    assertEquals(ChunkGrid.sliceFrom(parameters, 2, slice), contribution.gradient().at());
  }
}
