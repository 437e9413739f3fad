package dev.yamabiko.coordinator.shared;

import java.io.IOException;

/** A later term has begun: whoever gets this may not write any more. */
public final class FencedException extends IOException {
  private static final long serialVersionUID = 1L;

  FencedException(long term, long now) {
    super("another coordinator has taken over: term %d is over, it is %d now".formatted(term, now));
  }
}
