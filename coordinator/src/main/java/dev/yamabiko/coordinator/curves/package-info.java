/**
 * Curves of runs for people to look at: {@code metrics.jsonl} read line by line, also while its run
 * is under way, into a bounded number of buckets.
 *
 * <pre>
 *   metrics.jsonl ──► RunCurves ──► Buckets of steps, Buckets of epochs ──► JSON
 *                     one for each of the runs that were last asked for (Curves)
 * </pre>
 */
package dev.yamabiko.coordinator.curves;
