package dev.yamabiko.client;

import dev.yamabiko.coordinator.CoordinatorSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The nodes that serve one coordinator's HTTP API, and which of them answered last. */
final class ServerAddresses {

  /** Of a coordinator on this machine that was told nothing else. */
  static final String DEFAULT =
      "http://%s:%d"
          .formatted(CoordinatorSettings.DEFAULT_HOST, CoordinatorSettings.DEFAULT_HTTP_PORT);

  private final List<URI> bases;
  private int current;

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
      if (http && uri.getHost() != null && uri.getQuery() == null) {
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

  synchronized URI current() {
    return bases.get(current);
  }

  synchronized int currentNumber() {
    return current;
  }

  synchronized void turnTo(int next) {
    current = next;
  }
}
