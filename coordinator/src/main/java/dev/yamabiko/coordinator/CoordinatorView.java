package dev.yamabiko.coordinator;

/**
 * What a node has to fit that joins.
 *
 * @param host by which nodes reach the coordinator
 * @param bulkPort of weights, gradients and data
 * @param fingerprint of its kernels' bits
 */
public record CoordinatorView(String host, int bulkPort, String fingerprint) {}
