package dev.yamabiko.worker;

import java.nio.file.Path;

/**
 * How a worker's node is set up.
 *
 * @param worker its name, unique in the cluster
 * @param coordinatorHost as the coordinator was told to call itself
 * @param host what this node calls itself, and where it listens
 * @param port 0 for any
 * @param threads that compute
 * @param cache directory for datasets
 * @param cacheBytes what datasets may take there
 */
public record NodeSettings(
    String worker,
    String coordinatorHost,
    int coordinatorPort,
    String host,
    int port,
    int threads,
    Path cache,
    long cacheBytes) {

  /** "127.0.0.1:2551". */
  String coordinator() {
    return coordinatorHost + ":" + coordinatorPort;
  }
}
