package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;
import java.util.function.Consumer;

/**
 * What comes in on a run's bulk connection goes to the worker; the connection logs its fate.
 *
 * @param deserted hears that the coordinator's process has ended
 */
record Incoming(ActorRef<WorkerMessage> worker, Consumer<String> deserted)
    implements BulkClient.Receiver {

  @Override
  public void installed(WorkerMessage.InstallWeights weights) {
    worker.tell(weights);
  }

  @Override
  public void connected() {}

  @Override
  public void disconnected(String cause) {}

  @Override
  public void deserted(String cause) {
    deserted.accept(cause);
  }

  @Override
  public void refused(String reason) {}
}
