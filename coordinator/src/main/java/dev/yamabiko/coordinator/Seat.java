package dev.yamabiko.coordinator;

/** Where the cluster's coordinator is, as one of the coordinator nodes knows. */
public sealed interface Seat {

  /** On this node, until this node ends. */
  record Here() implements Seat {}

  /**
   * On another node.
   *
   * @param url of that node's HTTP API
   */
  record There(String url) implements Seat {}

  /** On none: this node has just begun, or the coordinator is lost and no other has begun yet. */
  record Vacant() implements Seat {}
}
