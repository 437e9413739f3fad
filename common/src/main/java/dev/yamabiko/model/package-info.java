/**
 * What outlives a run: the weights' hash, the model file and its description. All of it is written
 * straight from public formats, so that other tools can read it.
 */
package dev.yamabiko.model;
