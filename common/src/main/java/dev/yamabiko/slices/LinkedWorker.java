package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkToken;
import dev.yamabiko.wire.BulkTraffic;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One worker's connection to an owner of slices: what it brings goes to the slices, and the run
 * hears whether it is there. Its methods are the owner's, its receiver's calls of network threads.
 */
final class LinkedWorker implements BulkLink.Receiver, AutoCloseable {

  private final RunKey key;
  private final String worker;
  private final String owner;
  private final ActorRef<NodeMessage> node;
  private final String token = BulkToken.random();
  private final BulkLink link;
  private final Consumer<SliceMessage.Contribute> slices;
  private final ActorRef<RunMessage> run;
  private volatile boolean closed;
  private long newestStep = -1;
  private long steps;

  /**
   * @param owner its name
   * @param slices takes what comes
   */
  LinkedWorker(
      RunKey key,
      String worker,
      ActorRef<NodeMessage> node,
      String owner,
      BulkServer bulk,
      Consumer<SliceMessage.Contribute> slices,
      ActorRef<RunMessage> run) {
    this.key = key;
    this.worker = worker;
    this.node = node;
    this.owner = owner;
    this.slices = slices;
    this.run = run;
    link = bulk.admit(key, worker, token, this);
  }

  /** Takes weights to the worker. */
  Behavior<WorkerMessage> weights() {
    return Behaviors.receive(WorkerMessage.class)
        .onMessage(
            WorkerMessage.InstallWeights.class,
            weights -> {
              link.send(weights);
              return Behaviors.same();
            })
        .build();
  }

  ActorRef<NodeMessage> node() {
    return node;
  }

  String token() {
    return token;
  }

  boolean isConnected() {
    return link.isConnected();
  }

  synchronized OwnerEvent.WorkerTraffic traffic() {
    BulkTraffic now = link.traffic();
    return new OwnerEvent.WorkerTraffic(key, worker, now.bytesReceived(), now.bytesSent(), steps);
  }

  @Override
  public void contributed(SliceMessage.Contribute contribution) {
    count(contribution.step());
    slices.accept(contribution);
  }

  private synchronized void count(long step) {
    if (step != newestStep) {
      newestStep = step;
      steps++;
    }
  }

  @Override
  public ByteBuffer datasetBlock(String sha256, int index) {
    return null;
  }

  @Override
  public void connected() {
    tellRun(new RunMessage.WorkerConnected(key, worker, owner));
  }

  @Override
  public void disconnected(String cause) {
    tellRun(new RunMessage.WorkerDisconnected(key, worker, owner));
  }

  private void tellRun(RunMessage message) {
    if (!closed) {
      run.tell(message);
    }
  }

  /** That this connection ends is not taken for news of the worker's next one. */
  @Override
  public void close() {
    closed = true;
    link.close();
  }
}
