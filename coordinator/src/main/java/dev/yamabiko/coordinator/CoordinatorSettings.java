package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.wire.tls.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a coordinator's node is set up.
 *
 * @param host what the node calls itself, and where it listens; workers must use the same
 * @param httpHost where the API listens; commonly the same, or all addresses
 * @param port of control messages; 0 for any
 * @param httpPort of the API; 0 for any
 * @param bulkPort of weights, gradients and data; 0 for any
 * @param data directory of jobs, runs, uploads and datasets
 * @param dataRoots directories whose files jobs may name as they are
 * @param uploadBytes what uploads may take in all
 * @param datasetBytes what prepared datasets may take in all
 * @param allowOtherFingerprints whether workers whose kernels give other bits are taken
 * @param access to whom the HTTP API is open, and what the node shows clients and other nodes
 */
public record CoordinatorSettings(
    String host,
    String httpHost,
    int port,
    int httpPort,
    int bulkPort,
    Path data,
    List<Path> dataRoots,
    long uploadBytes,
    long datasetBytes,
    boolean allowOtherFingerprints,
    HttpAccess access) {

  public CoordinatorSettings {
    dataRoots = List.copyOf(dataRoots);
  }

  public CoordinatorSettings with(Optional<TlsFiles> files) {
    return new CoordinatorSettings(
        host,
        httpHost,
        port,
        httpPort,
        bulkPort,
        data,
        dataRoots,
        uploadBytes,
        datasetBytes,
        allowOtherFingerprints,
        access.with(files));
  }

  /** By which others reach the API: what listens at all addresses is reached as the node is. */
  public String apiHost() {
    return apiHost(host, httpHost);
  }

  /** The same, where there are no more settings yet. */
  public static String apiHost(String host, String httpHost) {
    try {
      return InetAddress.getByName(httpHost).isAnyLocalAddress() ? host : httpHost;
    } catch (UnknownHostException e) {
      return httpHost; // whoever listens there will say so
    }
  }

  /** What it shows other nodes, who must show theirs; empty for plain text. */
  public Optional<TlsFiles> tls() {
    return access.tls();
  }

  Path jobs() {
    return data.resolve("jobs");
  }

  public Path uploads() {
    return data.resolve("uploads");
  }

  Path datasets() {
    return data.resolve("datasets");
  }
}
