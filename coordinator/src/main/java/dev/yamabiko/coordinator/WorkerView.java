package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.WorkerHello;
import java.time.Instant;
import java.util.Optional;

/**
 * What the coordinator knows of a worker at one moment.
 *
 * @param job the id of the job that it computes for
 * @param samplesPerSecond while it computed for that job; NaN until it has been measured
 * @param reissued how often its late shards were handed out a second time in that job
 * @param bytesUp received from it on the bulk plane for that job
 * @param bytesDown sent to it
 */
public record WorkerView(
    WorkerHello hello,
    Instant registered,
    Optional<String> job,
    double samplesPerSecond,
    long reissued,
    long bytesUp,
    long bytesDown) {}
