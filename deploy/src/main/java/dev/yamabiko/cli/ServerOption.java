package dev.yamabiko.cli;

import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.CoordinatorSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which coordinator a command talks to. */
final class ServerOption {

  private static final String VARIABLE = "YAMABIKO_SERVER";
  private static final String DEFAULT =
      "http://%s:%d"
          .formatted(CoordinatorSettings.DEFAULT_HOST, CoordinatorSettings.DEFAULT_HTTP_PORT);

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The coordinator; of several nodes, any of them, or more than one with commas between"
              + " (default: $"
              + VARIABLE
              + ", else http://127.0.0.1:8080).")
  private Optional<String> url = Optional.empty();

  Server server() {
    String fromEnvironment = System.getenv().getOrDefault(VARIABLE, "");
    String text = url.orElse(fromEnvironment.isBlank() ? DEFAULT : fromEnvironment);
    return new Server(
        Arrays.stream(text.split(",", -1)).map(one -> uri(one.strip())).distinct().toList());
  }

  private URI uri(String text) {
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
        "%s expects a URL as %s but got %s"
            .formatted(url.isPresent() ? "--server" : "$" + VARIABLE, DEFAULT, text));
  }
}
