package dev.yamabiko.protocol;

/**
 * Which samples are in a run's weights, along its lineage: steps that a roll-back or a crash has
 * undone do not count.
 *
 * @param epochs closed, each found to hold every training example exactly once
 * @param examples of such an epoch
 * @param hash {@link dev.yamabiko.step.SampleHash} of the samples of such an epoch
 * @param openExamples of the epoch that is not closed
 * @param openHash of their samples
 */
public record RunLedger(int epochs, int examples, long hash, long openExamples, long openHash) {}
