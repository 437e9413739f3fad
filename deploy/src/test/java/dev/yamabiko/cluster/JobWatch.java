package dev.yamabiko.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The events of a job as they come over one connection of {@code /api/v1/jobs/ID/events}, with the
 * time at which each came.
 */
final class JobWatch {

  /**
   * @param nanos by the clock of {@link System#nanoTime}
   */
  record Event(long nanos, String kind, JsonNode data) {
    boolean isStepFrom(long least) {
      return kind.equals("step") && data.path("step").asLong() >= least;
    }

    boolean isNotice(String part) {
      return kind.equals("notice") && data.path("notice").asText().contains(part);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final BlockingQueue<Event> incoming = new LinkedBlockingQueue<>();
  private final List<Event> seen = new ArrayList<>();

  private JobWatch() {}

  static JobWatch open(HttpClient client, String url) {
    JobWatch watch = new JobWatch();
    HttpRequest request = HttpRequest.newBuilder(java.net.URI.create(url)).build();
    client
        .sendAsync(request, HttpResponse.BodyHandlers.ofLines())
        .thenAcceptAsync(response -> watch.read(response.body()));
    return watch;
  }

  private void read(Stream<String> lines) {
    String[] kind = {""};
    try {
      lines.forEach(
          line -> {
            if (line.startsWith("event: ")) {
              kind[0] = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
              incoming.add(new Event(System.nanoTime(), kind[0], json(line.substring(6))));
            }
          });
      incoming.add(new Event(System.nanoTime(), "closed", JSON.createObjectNode()));
    } catch (UncheckedIOException e) {
      incoming.add(new Event(System.nanoTime(), "lost", JSON.createObjectNode()));
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next such event; empty if none comes within the limit. */
  Optional<Event> await(Predicate<Event> wanted, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Event next = incoming.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        return Optional.empty();
      }
      seen.add(next);
      if (wanted.test(next)) {
        return Optional.of(next);
      }
    }
  }

  /** All that has been looked at. */
  List<Event> seen() {
    return List.copyOf(seen);
  }

  /**
   * The longest time after {@code since} in which no step closed, among the next steps that were
   * looked at.
   */
  Duration longestPause(long since, int steps) {
    long before = since;
    long longest = 0;
    List<Event> next =
        seen.stream()
            .filter(event -> event.kind().equals("step") && event.nanos() > since)
            .limit(steps)
            .toList();
    for (Event event : next) {
      longest = Math.max(longest, event.nanos() - before);
      before = event.nanos();
    }
    return Duration.ofNanos(longest);
  }
}
