/**
 * Parameter slices, on whichever node they live: each {@link dev.yamabiko.slices.ParameterSlice}
 * owns a part of the weights and of the optimizer's state.
 *
 * <p>By default the coordinator's node has them all. On parameters nodes an owner has some of them,
 * with bulk connections of its own to the run's workers:
 *
 * <pre>
 *   SliceOwner --> ParameterSlice (its share of K)
 *              --> BulkLink to each worker: contributions come, weights go
 *   SliceOwner &lt;-- beginning's pieces --  coordinator    (at a lineage's beginning)
 *   SliceOwner --  staged pieces --&gt;      coordinator    (for each checkpoint)
 *   SliceOwner &lt;-- norms --&gt;              SliceOwner
 * </pre>
 *
 * <p>What is handed out twice comes twice, and has to have the same bits: a slice compares it with
 * what it took, and where that differs the run ends and names both workers. Floats are compared
 * only while nobody writes to them: until the step closes, for they are lent, and later where they
 * were given for good.
 */
package dev.yamabiko.slices;
