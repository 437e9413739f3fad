package dev.yamabiko.protocol;

import java.util.List;

/**
 * How a worker introduces itself. Its layout never changes: it is how two versions find out that
 * they differ.
 *
 * @param protocolVersion of the meaning of all messages
 * @param messageTable the numbers, names and layouts of all messages, in order; of two tables the
 *     shorter must be the beginning of the longer
 * @param fingerprint of kernels and extensions, {@link Fingerprint#text}: equal ones give equal
 *     bits
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
  public WorkerHello {
    messageTable = List.copyOf(messageTable);
  }
}
