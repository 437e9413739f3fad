package dev.yamabiko.job;

/**
 * What a run does that diverges: it goes back to the last step at which a checkpoint was due, or to
 * the beginning, and on from there with a smaller learning rate. Each time that it diverges again
 * before it has got past the step in which it last did, it goes back one such step further.
 *
 * @param factor the learning rate is multiplied by this, each time again
 * @param atMost how often; then the run fails
 */
public record Rollback(double factor, int atMost) {}
