/**
 * The side-by-side run of the trainer and of what else trains on the JVM: the data, the trial that
 * each contestant stands, and the report. {@code benchmarks/compare} starts one process for each
 * trial.
 */
package dev.yamabiko.benchmarks.compare;
