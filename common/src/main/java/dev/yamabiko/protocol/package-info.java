/**
 * The messages between training run, parameter slices and workers. Each carries what makes it safe
 * to receive late or twice: run, term, step, and what it covers.
 *
 * <pre>
 *   TrainingRun -- JoinRun, TakeLease, Evaluate --> Worker
 *   Worker      -- Contribute -->                   ParameterSlice (x K)
 *   slice       -- InstallWeights -->               Worker
 *   slice       -- SliceUpdated -->                 TrainingRun
 *
 *   TrainingRun -- OwnSlices, AdmitWorker, ReadSlice --&gt; an owner of slices on another node
 * </pre>
 */
package dev.yamabiko.protocol;
