package dev.yamabiko.api;

import java.util.Optional;

/**
 * How far a run is.
 *
 * @param step steps taken so far
 * @param steps of the whole run; early stopping may leave some out
 * @param epoch the number of the epoch that this tells of, from 1 on
 * @param epochs of the whole run
 * @param train of a step: of its batch, measured before the step; of an epoch: over its batches
 * @param validation at an epoch's end, where the job has validation data
 */
public record Progress(
    long step, long steps, int epoch, int epochs, Metrics train, Optional<Metrics> validation) {}
