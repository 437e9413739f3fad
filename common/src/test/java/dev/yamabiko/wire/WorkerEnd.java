package dev.yamabiko.wire;

import dev.yamabiko.protocol.WorkerMessage;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps what a client receives. */
final class WorkerEnd implements BulkClient.Receiver {

  final BlockingQueue<WorkerMessage.InstallWeights> weights = new LinkedBlockingQueue<>();

  /** "connected", "disconnected: ..." with the cause, or "refused: ..." with the reason. */
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  final BlockingQueue<String> desertions = new LinkedBlockingQueue<>();

  @Override
  public void installed(WorkerMessage.InstallWeights installed) {
    weights.add(installed);
  }

  @Override
  public void connected() {
    events.add("connected");
  }

  @Override
  public void disconnected(String cause) {
    events.add("disconnected: " + cause);
  }

  /** With the cause; no event, as the client goes on. */
  @Override
  public void deserted(String cause) {
    desertions.add(cause);
  }

  @Override
  public void refused(String reason) {
    events.add("refused: " + reason);
  }
}
