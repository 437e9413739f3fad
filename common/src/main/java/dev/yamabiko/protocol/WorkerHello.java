package dev.yamabiko.protocol;

import java.util.Arrays;
import java.util.List;

/**
 * How a worker introduces itself. Its layout never changes: it is how two versions find out that
 * they differ.
 *
 * @param protocolVersion of the meaning of all messages
 * @param messageTable the numbers, names and layouts of all messages, in order; of two tables the
 *     shorter must be the beginning of the longer
 * @param fingerprint of kernels and extensions, {@link Fingerprint#text}: equal ones give equal
 *     bits; then the word {@code build=} with {@link Build}, which older coordinators pass over
 * @param worker its name, unique in the cluster
 * @param host where it runs, for people
 * @param threads that compute
 * @param heapBytes the JVM's limit
 */
public record WorkerHello(
    int protocolVersion,
    List<String> messageTable,
    String fingerprint,
    String worker,
    String host,
    int threads,
    long heapBytes) {

  private static final String BUILD = "build=";

  public WorkerHello {
    messageTable = List.copyOf(messageTable);
  }

  /** The fingerprint of a node with this build. */
  public static String fingerprint(Fingerprint fingerprint, String build) {
    return fingerprint.text() + " " + BUILD + build;
  }

  /** Which build the node runs; one that does not say so is older than builds are told. */
  public String build() {
    return Arrays.stream(fingerprint.split(" "))
        .filter(word -> word.startsWith(BUILD))
        .map(word -> word.substring(BUILD.length()))
        .findFirst()
        .orElse("unknown");
  }
}
