package dev.yamabiko.worker;

import dev.yamabiko.wire.tls.TlsFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a worker's node is set up.
 *
 * @param worker its name, unique in the cluster
 * @param coordinators nodes of the cluster to join, each as it was told to call itself; one that
 *     can be reached is enough
 * @param host what this node calls itself, and where it listens
 * @param port 0 for any
 * @param threads that compute
 * @param cache directory for datasets
 * @param cacheBytes what datasets may take there
 * @param tls what it shows other nodes, who must show theirs; empty for plain text
 */
public record NodeSettings(
    String worker,
    List<Peer> coordinators,
    String host,
    int port,
    int threads,
    Path cache,
    long cacheBytes,
    Optional<TlsFiles> tls) {

  /**
   * Where nodes take control messages.
   *
   * @param host of a node; or the name of a service, whose nodes the DNS knows
   * @param port 0 of a service
   */
  public record Peer(String host, int port) {

    public static Peer service(String name) {
      return new Peer(name, 0);
    }

    public boolean isService() {
      return port == 0;
    }

    @Override
    public String toString() {
      return isService() ? "dns:" + host : host + ":" + port;
    }
  }

  public NodeSettings {
    coordinators = List.copyOf(coordinators);
  }

  /** In plain text, as on loopback. */
  public NodeSettings(
      String worker,
      List<Peer> coordinators,
      String host,
      int port,
      int threads,
      Path cache,
      long cacheBytes) {
    this(worker, coordinators, host, port, threads, cache, cacheBytes, Optional.empty());
  }

  public NodeSettings with(Optional<TlsFiles> files) {
    return new NodeSettings(worker, coordinators, host, port, threads, cache, cacheBytes, files);
  }
}
