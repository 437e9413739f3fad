/**
 * Trained models as ONNX files, which other runtimes compute without Yamabiko: the network between
 * what prepares its inputs and what its outputs mean.
 */
package dev.yamabiko.model.onnx;
