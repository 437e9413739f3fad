package dev.yamabiko.coordinator;

import dev.yamabiko.coordinator.access.HttpAccess;
import java.nio.file.Path;
import java.util.List;

/**
 * How a coordinator's node is set up.
 *
 * @param host what the node calls itself, and where it listens; workers must use the same
 * @param port of control messages; 0 for any
 * @param httpPort of the API; 0 for any
 * @param bulkPort of weights, gradients and data; 0 for any
 * @param data directory of jobs, runs, uploads and datasets
 * @param dataRoots directories whose files jobs may name as they are
 * @param uploadBytes what uploads may take in all
 * @param datasetBytes what prepared datasets may take in all
 * @param allowOtherFingerprints whether workers whose kernels give other bits are taken
 * @param access to whom the HTTP API is open
 */
public record CoordinatorSettings(
    String host,
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

  /** Of a coordinator whose HTTP API is open to everybody who reaches it. */
  public CoordinatorSettings(
      String host,
      int port,
      int httpPort,
      int bulkPort,
      Path data,
      List<Path> dataRoots,
      long uploadBytes,
      long datasetBytes,
      boolean allowOtherFingerprints) {
    this(
        host,
        port,
        httpPort,
        bulkPort,
        data,
        dataRoots,
        uploadBytes,
        datasetBytes,
        allowOtherFingerprints,
        HttpAccess.open());
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
