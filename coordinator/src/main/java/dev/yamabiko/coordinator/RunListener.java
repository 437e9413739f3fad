package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;

/** Observes a run from outside the actors; called from one thread at a time, in order. */
public interface RunListener {
  void onEvent(RunEvent event);
}
