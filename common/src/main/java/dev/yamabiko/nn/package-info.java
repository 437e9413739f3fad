/**
 * Layers, losses and the network that stacks them: all parameters in one flat float vector, all
 * gradients in another, layers see their part by offset. Nothing hides in fields between calls.
 */
package dev.yamabiko.nn;
