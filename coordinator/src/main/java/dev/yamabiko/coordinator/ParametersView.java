package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.WorkerHello;
import java.time.Instant;

/** What the coordinator knows of a parameters node at one moment. */
public record ParametersView(WorkerHello hello, Instant registered) {}
