package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;
import org.slf4j.Logger;

/**
 * What comes in on a run's bulk connection goes to the worker; the connection's fate to the log.
 */
record Incoming(ActorRef<WorkerMessage> worker, Logger log) implements BulkClient.Receiver {

  @Override
  public void installed(WorkerMessage.InstallWeights weights) {
    worker.tell(weights);
  }

  @Override
  public void connected() {
    log.info("bulk connection open");
  }

  @Override
  public void disconnected(String cause) {
    log.info("bulk connection lost cause={}", cause);
  }

  @Override
  public void refused(String reason) {
    log.warn("bulk connection refused reason={}", reason);
  }
}
