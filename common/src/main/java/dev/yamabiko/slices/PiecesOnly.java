package dev.yamabiko.slices;

import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;

/** Of a connection over which pieces are fetched: whoever waits for one hears if it fails. */
final class PiecesOnly implements BulkClient.Receiver {

  static final PiecesOnly INSTANCE = new PiecesOnly();

  private PiecesOnly() {}

  @Override
  public void installed(WorkerMessage.InstallWeights weights) {}

  @Override
  public void connected() {}

  @Override
  public void disconnected(String cause) {}

  @Override
  public void deserted(String cause) {}

  @Override
  public void refused(String reason) {}
}
