package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.BulkServer;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Stands on the coordinator's node for a worker on another one, during one run. What the run and
 * its slices tell it goes on: weights to the bulk connection, all else as a control message. What
 * the connection brings goes to the run's slices.
 *
 * <p>Stops when the worker's node is lost, which the run notices; a lost connection is only a lost
 * message.
 */
final class RemoteWorker extends AbstractBehavior<WorkerMessage> {

  /**
   * @param token admits the worker's connection
   * @param data what the run's dataset is read from
   * @param wire counts what goes over the connection
   */
  record Settings(
      RunKey key,
      RegisteredWorker worker,
      String token,
      BulkServer bulk,
      String bulkHost,
      PreparedDatasets data,
      WireVolume.Link wire) {}

  /** Where contributions go; replaced as a whole by the actor, read by network threads. */
  private record Route(RunKey key, List<ActorRef<SliceMessage>> slices, ActorRef<RunMessage> run) {}

  private final Settings settings;
  private final BulkLink link;

  /** Null until the worker is to join. */
  private volatile Route route;

  static Behavior<WorkerMessage> create(Settings settings) {
    return Behaviors.setup(context -> new RemoteWorker(context, settings));
  }

  private RemoteWorker(ActorContext<WorkerMessage> context, Settings settings) {
    super(context);
    this.settings = settings;
    RegisteredWorker worker = settings.worker();
    link = settings.bulk().admit(settings.key(), worker.name(), settings.token(), new Connection());
    worker.traffic(link::traffic);
    settings.wire().opened(link::traffic);
    context.watchWith(worker.node(), new WorkerMessage.LeaveRun(settings.key()));
  }

  @Override
  public Receive<WorkerMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(WorkerMessage.InstallWeights.class, this::onInstallWeights)
        .onMessage(WorkerMessage.JoinRun.class, this::onJoinRun)
        .onMessage(WorkerMessage.LeaveRun.class, this::onLeaveRun)
        .onAnyMessage(this::forward)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<WorkerMessage> onInstallWeights(WorkerMessage.InstallWeights weights) {
    link.send(weights);
    return this;
  }

  private Behavior<WorkerMessage> onJoinRun(WorkerMessage.JoinRun join) {
    route = new Route(join.key(), join.slices(), join.replyTo());
    settings
        .worker()
        .node()
        .tell(
            new NodeMessage.EnlistWorker(
                join.key(),
                join.definition(),
                join.slices().size(),
                settings.bulkHost(),
                settings.bulk().port(),
                settings.token(),
                join.replyTo()));
    return this;
  }

  private Behavior<WorkerMessage> onLeaveRun(WorkerMessage.LeaveRun leave) {
    return Behaviors.stopped();
  }

  private Behavior<WorkerMessage> forward(WorkerMessage message) {
    settings.worker().worker().tell(message);
    return this;
  }

  /** However it comes to the end: the worker must not stay in a run that is over. */
  private Behavior<WorkerMessage> onPostStop(PostStop signal) {
    RunKey key = route == null ? settings.key() : route.key();
    settings.worker().worker().tell(new WorkerMessage.LeaveRun(key));
    settings.worker().node().tell(new NodeMessage.DismissWorker(key));
    // That this connection ends must not be taken for news of the worker's next one.
    route = null;
    link.close();
    settings.wire().closed();
    return this;
  }

  /** On network threads. */
  private final class Connection implements BulkLink.Receiver {

    @Override
    public void contributed(SliceMessage.Contribute contribution) {
      Route now = route;
      int slice = contribution.slice();
      if (now != null
          && contribution.key().equals(now.key())
          && slice >= 0
          && slice < now.slices().size()) {
        settings.wire().contributed(contribution.step());
        now.slices().get(slice).tell(contribution);
      }
    }

    @Override
    public ByteBuffer datasetBlock(String sha256, int index) {
      return settings.data().block(sha256, index);
    }

    @Override
    public void connected() {
      tellRun(new RunMessage.WorkerConnected(settings.key(), settings.worker().name()));
    }

    private void tellRun(RunMessage message) {
      Route now = route;
      if (now != null) {
        now.run().tell(message);
      }
    }

    @Override
    public void disconnected(String cause) {
      tellRun(new RunMessage.WorkerDisconnected(settings.key(), settings.worker().name()));
    }
  }
}
