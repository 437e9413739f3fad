package dev.yamabiko.slices;

import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkClient;

/** Of a connection over which pieces are fetched: whoever waits for one hears if it fails. */
public class PiecesOnly implements BulkClient.Receiver {

  static final PiecesOnly INSTANCE = new PiecesOnly();

  /** For who wants to know, too, that the other end is gone. */
  protected PiecesOnly() {}

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
