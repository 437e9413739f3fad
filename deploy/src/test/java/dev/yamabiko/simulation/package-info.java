/**
 * Faults as data: a cluster's run in one thread, whose order of events a seed decides, under a plan
 * of faults that is one line of text.
 *
 * <pre>
 *   CoordinatorProcess            ControlPath, BulkPath             WorkerProcess (x N)
 *     TrainingRun                    faults happen here,              Worker
 *       ParameterSlice (x K)  &lt;--   and messages take time   --&gt;       ShardTask
 *     SimulatedRemote (x N)                                           SimulatedAgent
 *
 *   SeededExecutor: which actor is next.  VirtualTime: what is due next, once none is.
 * </pre>
 *
 * Run, slices and workers are the real ones; {@link dev.yamabiko.simulation.SimulatedRemote} and
 * {@link dev.yamabiko.simulation.SimulatedAgent} play the actors that stand for the other side of
 * the wire.
 */
package dev.yamabiko.simulation;
