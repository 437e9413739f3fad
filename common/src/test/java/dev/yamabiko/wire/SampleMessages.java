package dev.yamabiko.wire;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import dev.yamabiko.data.blocks.DatasetRef;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.protocol.WorkerTiming;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;

/** One message of each kind, always the same; what they mean together makes no sense. */
final class SampleMessages {

  private static final RunKey KEY = new RunKey("digits-17", 4, 1);
  private static final Statistics STATISTICS = new Statistics(128, 12.5, 117, 0.25);

  private static final Measures CLASSES =
      new Measures(
          STATISTICS,
          Optional.of(
              new ClassTally(
                  new long[] {ClassTally.pair(0, 0), ClassTally.pair(1, 0), ClassTally.pair(1, 1)},
                  new long[] {1, 1, 2},
                  new float[] {-0f, 0.5f, Float.NaN},
                  new float[] {0.25f})),
          Optional.empty());
  private static final Measures VALUES =
      new Measures(
          STATISTICS,
          Optional.empty(),
          Optional.of(
              new ErrorTally(
                  128,
                  new double[] {1, 2},
                  new double[] {3, 4},
                  new double[] {-5, Double.NaN},
                  new double[] {Math.PI, Double.MIN_VALUE})));

  private SampleMessages() {}

  /** References name actors of another node, so that they are the same in every run. */
  static List<Object> all(ActorRefResolver resolver) {
    ActorRef<WorkerMessage> worker = actor(resolver, "worker");
    ActorRef<NodeMessage> node = actor(resolver, "node");
    ActorRef<RunMessage> run = actor(resolver, "run");
    WorkerHello hello =
        new WorkerHello(1, List.of("20 a", "21 b(int c)"), "f00d", "w1", "h1", 2, 1L << 31);
    DatasetRef dataset = new DatasetRef("ab".repeat(32), 4096, "cd".repeat(32));
    RunDefinition definition =
        new RunDefinition("name = \"\u5c71\u3073\u3053\"", "cd".repeat(32), Optional.of(dataset));
    return List.of(
        new CoordinatorMessage.RegisterWorker(hello, worker, node),
        new CoordinatorMessage.WorkerLeaving("w1", node),
        new NodeMessage.WorkerAccepted(4, "w1"),
        new NodeMessage.WorkerRefused("other bits"),
        new NodeMessage.EnlistWorker(KEY, definition, 3, "10.0.0.1", 7000, "t0ken", run),
        new NodeMessage.DismissWorker(KEY),
        new WorkerMessage.TakeLease(KEY, 9, List.of(new Block(0, 4), new Block(4, 5)), 17, 90),
        new WorkerMessage.PauseLease(KEY, 10, run),
        new WorkerMessage.Evaluate(KEY, 17, DataPart.VALIDATION, true, 2, 5, run),
        new WorkerMessage.LeaveRun(KEY),
        new RunMessage.WorkerReady(KEY, "w1"),
        new RunMessage.PartEvaluated(KEY, 17, DataPart.TRAIN, 3, STATISTICS),
        new RunMessage.LeasePaused(KEY, 10, 18, "w1"),
        new RunMessage.WorkerFailed(
            KEY, "w1", 17, List.of(new Block(4, 5)), "in step 17: out of memory"),
        new RunMessage.Diverged(KEY, 17, "NaN in layer 2"),
        new WorkerMessage.ComputeBlocks(KEY, 17, List.of(new Block(4, 5))),
        new WorkerMessage.Probe(KEY, run),
        new RunMessage.SpeedMeasured(KEY, "w1", 640, 12_345_678_901L),
        new RunMessage.ProbeAnswered(KEY, "w1"),
        new CoordinatorMessage.RegisterParameters(hello, "10.0.0.3", 7001, node),
        new CoordinatorMessage.ParametersLeaving("p1", node),
        new NodeMessage.ConnectSlices(KEY, 1, 3, "10.0.0.3", 7001, "t0ken"),
        new NodeMessage.OwnSlices(
            KEY,
            definition,
            new SliceRange(1, 3, 4),
            17,
            2,
            640,
            List.of(1, 28, 28),
            "10.0.0.1",
            7000,
            "t0ken",
            run,
            actor(resolver, "owners")),
        new NodeMessage.DropSlices(KEY),
        new OwnerMessage.AdmitWorker(KEY, "w1", node, 17),
        new OwnerMessage.StageSlices(KEY, 17, true, false),
        new OwnerMessage.DropStaged(KEY, 17),
        new OwnerEvent.SlicesTaken(
            KEY, actor(resolver, "owner"), actor(resolver, "slices"), "t0ken"),
        new OwnerEvent.SliceStaged(KEY, 17, 2),
        new OwnerEvent.OwnerFailed(KEY, "out of memory"),
        new OwnerEvent.WorkerTraffic(KEY, "w1", 1L << 33, 12, 17),
        new SliceMessage.RemoveWorker(KEY, "w1"),
        new SliceMessage.ShareNorm(KEY, 17, 2, 4096, 4098, new double[] {0.5, Math.PI}),
        new SliceMessage.MeetPeers(KEY, List.of(actor(resolver, "slices"))),
        new SliceMessage.ReportMissing(KEY, 17, run),
        new RunMessage.SliceUpdated(
            KEY,
            17,
            2,
            STATISTICS,
            Double.NaN,
            new StepTiming(
                12_345_678, 345_678, List.of(new WorkerTiming("w1", 12_000_000, 11_000_000)))),
        new RunMessage.ShardsMissing(KEY, 17, 2, List.of(3, 300)),
        new RunMessage.SliceFailed(KEY, 2, "slice 2 failed"),
        new RunMessage.WorkersDisagree(KEY, 17, 2, "workers w1 and w2"),
        new RunMessage.WorkerConnected(KEY, "w1", "p1"),
        new RunMessage.WorkerDisconnected(KEY, "w1", "p1"),
        new RunMessage.PartMeasured(KEY, 17, DataPart.VALIDATION, 3, 0, 0, CLASSES),
        new RunMessage.PartMeasured(KEY, 17, DataPart.VALIDATION, 3, 2048, 2050, VALUES));
  }

  private static <T> ActorRef<T> actor(ActorRefResolver resolver, String name) {
    return resolver.resolveActorRef("akka://yamabiko@10.0.0.1:2551/user/" + name + "#77");
  }
}
