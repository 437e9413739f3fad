package dev.yamabiko.wire;

import java.io.IOException;

/** What went wrong on a bulk connection, in words for a log line. */
public final class BulkException extends IOException {

  private static final long serialVersionUID = 1;

  public BulkException(String message) {
    super(message);
  }
}
