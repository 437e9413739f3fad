/**
 * The kernels on {@code jdk.incubator.vector}. Nothing outside refers to this package except by
 * name, so the rest runs without the module.
 */
package dev.yamabiko.tensor.vector;
