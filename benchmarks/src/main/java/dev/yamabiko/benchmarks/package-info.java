/**
 * JMH benchmarks of the arithmetic. Each class names the command that runs it and the question it
 * answers; the scalar kernels stand beside the vector ones as the baseline. Beside them a program
 * that sends weights between two JVMs, with a bare socket as the baseline.
 */
package dev.yamabiko.benchmarks;
