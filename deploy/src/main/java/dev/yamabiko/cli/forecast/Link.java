package dev.yamabiko.cli.forecast;

/**
 * A node's connection to the network, the same both ways, at the same time.
 *
 * @param bitsPerSecond of the line, frames of the network included
 * @param latency seconds from one node to another
 */
public record Link(double bitsPerSecond, double latency) {

  /** What a network without limits would be. */
  static final Link FREE = new Link(Double.POSITIVE_INFINITY, 0);

  /**
   * Ethernet: 1,538 bytes of line, with preamble and gap, bring 1,448 bytes of a TCP connection.
   */
  private static final double LINE_BITS_PER_BYTE = 8 * 1538.0 / 1448;

  public Link {
    if (!(bitsPerSecond > 0) || !(latency >= 0)) {
      throw new IllegalArgumentException(bitsPerSecond + " bits/s, latency " + latency + " s");
    }
  }

  /** How long so many bytes of TCP connections keep the line busy. */
  double seconds(double bytes) {
    return bytes * LINE_BITS_PER_BYTE / bitsPerSecond;
  }

  Link withoutLatency() {
    return new Link(bitsPerSecond, 0);
  }

  Link withoutLimit() {
    return new Link(Double.POSITIVE_INFINITY, latency);
  }
}
