/**
 * The one idea in one small room: a step is a pure function, weights[t+1] = step(weights[t], t).
 *
 * <p>Which examples a shard holds ({@link dev.yamabiko.step.StepPlan}), along which tree shard sums
 * are added ({@link dev.yamabiko.step.Block}, {@link dev.yamabiko.step.BlockSum}), on which grid
 * reductions over parameters run ({@link dev.yamabiko.step.ChunkGrid}); what all metrics of a part
 * of some data are made of ({@link dev.yamabiko.step.Measures}), added along that tree in any order
 * of arrival ({@link dev.yamabiko.step.ArrivingSum}); and the plain step that defines the right
 * answer for every test ({@link dev.yamabiko.step.PlainStep}).
 */
package dev.yamabiko.step;
