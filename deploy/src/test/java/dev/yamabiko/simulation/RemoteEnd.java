package dev.yamabiko.simulation;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkLink;
import java.nio.ByteBuffer;
import java.util.List;

/** The coordinator's end of a bulk path: what it brings goes to the run and its slices. */
final class RemoteEnd implements BulkLink.Receiver {

  private record Route(RunKey key, List<ActorRef<SliceMessage>> slices, ActorRef<RunMessage> run) {}

  private final RunKey key;
  private final String worker;
  private Route route;

  RemoteEnd(RunKey key, String worker) {
    this.key = key;
    this.worker = worker;
  }

  void joined(WorkerMessage.JoinRun join) {
    route = new Route(join.key(), join.slices(), join.replyTo());
  }

  RunKey key() {
    return route == null ? key : route.key();
  }

  @Override
  public void contributed(SliceMessage.Contribute contribution) {
    if (route != null && contribution.key().equals(route.key())) {
      route.slices().get(contribution.slice()).tell(contribution);
    }
  }

  @Override
  public ByteBuffer datasetBlock(String sha256, int index) {
    throw new IllegalStateException("data is in memory");
  }

  @Override
  public void connected() {
    tellRun(new RunMessage.WorkerConnected(key, worker));
  }

  @Override
  public void disconnected(String cause) {
    tellRun(new RunMessage.WorkerDisconnected(key, worker));
  }

  private void tellRun(RunMessage message) {
    if (route != null) {
      route.run().tell(message);
    }
  }
}
