/**
 * The one idea in one small room: a step is a pure function, weights[t+1] = step(weights[t], t).
 *
 * <p>Which examples a shard holds ({@link dev.yamabiko.step.StepPlan}), along which tree shard sums
 * are added ({@link dev.yamabiko.step.Block}, {@link dev.yamabiko.step.BlockSum}), on which grid
 * reductions over parameters run ({@link dev.yamabiko.step.ChunkGrid}); and the plain step that
 * defines the right answer for every test ({@link dev.yamabiko.step.PlainStep}).
 */
package dev.yamabiko.step;
