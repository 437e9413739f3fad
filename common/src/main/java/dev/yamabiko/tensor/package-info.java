/**
 * Flat float storage, shapes, the fixed summation tree, the counter-based generator and the
 * kernels. Everything here is defined down to the last bit and knows nothing of networks or
 * messages.
 */
package dev.yamabiko.tensor;
