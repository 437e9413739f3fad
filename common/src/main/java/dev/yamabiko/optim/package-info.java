/**
 * Optimizers as pure steps over explicit state. Every update is element by element, so it does not
 * matter how the flat vector is cut into slices.
 */
package dev.yamabiko.optim;
