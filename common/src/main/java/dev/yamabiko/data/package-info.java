/**
 * Datasets, where they come from, and the order in which epochs read them. Every order is a pure
 * function of (seed, epoch).
 */
package dev.yamabiko.data;
