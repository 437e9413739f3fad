package dev.yamabiko.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The nodes that serve one coordinator's HTTP API, and which of them is asked first. For any number
 * of threads.
 */
final class ServerAddresses {

  /** Of a coordinator on this machine that was told nothing else. */
  static final String DEFAULT = "http://127.0.0.1:8080";

  private static final int LAST_PORT = 65_535;

  private final List<URI> bases;
  private final AtomicInteger current = new AtomicInteger();

  private ServerAddresses(List<URI> bases) {
    this.bases = bases;
  }

  /**
   * @param text URLs with commas between
   * @param option that takes them, for messages
   * @throws ServerException if one is none
   */
  static ServerAddresses of(String text, String option) {
    return new ServerAddresses(
        Arrays.stream(text.split(",", -1))
            .map(one -> uri(one.strip(), option))
            .distinct()
            .toList());
  }

  private static URI uri(String text, String option) {
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean plain = uri.getQuery() == null && uri.getFragment() == null;
      if (http && plain && uri.getHost() != null && uri.getPort() <= LAST_PORT) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Refused below, as other texts are that are no such URL.
    }
    throw ServerException.refused(
        "%s expects a URL as %s but got %s".formatted(option, DEFAULT, text));
  }

  int count() {
    return bases.size();
  }

  /** All of them, with commas between. */
  String all() {
    return bases.stream().map(URI::toString).collect(Collectors.joining(","));
  }

  URI base(int number) {
    return bases.get(number);
  }

  /** The number of the one that is asked first, from 0 on. */
  int current() {
    return current.get();
  }

  /**
   * The next one is asked first from now on, unless another thread has found this one failing too
   * and turned already: of many that fail at once, only one turns.
   */
  void turnFrom(int failed) {
    current.compareAndSet(failed, (failed + 1) % bases.size());
  }
}
