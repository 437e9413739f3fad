package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes in on a run's bulk connection goes to the worker; the connection's fate to the log.
 */
record Incoming(ActorRef<WorkerMessage> worker) implements BulkClient.Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(Incoming.class);

  @Override
  public void installed(WorkerMessage.InstallWeights weights) {
    worker.tell(weights);
  }

  @Override
  public void connected() {
    LOG.info("bulk connection open");
  }

  @Override
  public void disconnected(String cause) {
    LOG.info("bulk connection lost cause={}", cause);
  }

  @Override
  public void refused(String reason) {
    // The connection itself has warned.
    LOG.info("bulk connection refused reason={}", reason);
  }
}
