package dev.yamabiko.client;

import dev.yamabiko.model.CanonicalJson;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A coordinator's HTTP API, as commands use it; where several nodes serve it, by one that answers.
 * Every failure is a {@link ServerException}.
 */
public final class Server implements AutoCloseable {

  /** Of a coordinator on this machine that was told nothing else. */
  public static final String DEFAULT = ServerAddresses.DEFAULT;

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** The coordinator reads all of a job's data before it answers. */
  private static final Duration CHECK = Duration.ofMinutes(11);

  private static final Duration TRANSFER = Duration.ofHours(24);

  /** What will not be better the next time. */
  private static final Set<Integer> USERS_FAULTS = Set.of(400, 404, 409, 413, 415);

  /** A node without a coordinator answers so, while another may take over. */
  private static final int UNAVAILABLE = 503;

  private final ServerAddresses nodes;
  private final HttpClient client;

  private Server(ServerAddresses nodes) {
    this.nodes = nodes;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
  }

  /**
   * @param text URLs of the nodes, with commas between; asked in this order until one answers
   * @param option that takes them, for messages
   * @throws ServerException if one is none
   */
  public static Server of(String text, String option) {
    return new Server(ServerAddresses.of(text, option));
  }

  /** Of the node that answered last, for messages. */
  public String url() {
    return base().toString();
  }

  /** As {@code --server} takes it, for commands that users are told. */
  public String option() {
    return nodes.all();
  }

  private URI base() {
    return nodes.current();
  }

  /**
   * The path of a job, or of something of it, whatever the id looks like.
   *
   * @throws ServerException if it is empty: that would be the path of all jobs
   */
  public static String job(String id, String... more) {
    if (id.isBlank()) {
      throw ServerException.refused("expected a job's id but got \"\"; yamabiko jobs lists them");
    }
    String path = "/api/v1/jobs/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
    return more.length == 0 ? path : path + "/" + String.join("/", more);
  }

  /** All jobs, the newest first, page by page. */
  public List<Map<String, Object>> jobs() {
    List<Map<String, Object>> jobs = new ArrayList<>();
    pages(
        page -> {
          jobs.addAll(page);
          return true;
        });
    return jobs;
  }

  /** These of the jobs, by their ids; one that the coordinator does not know is left out. */
  public Map<String, Map<String, Object>> jobs(Set<String> ids) {
    Map<String, Map<String, Object>> found = new HashMap<>();
    pages(
        page -> {
          for (Map<String, Object> job : page) {
            String id = new JsonFields(job).text("id");
            if (ids.contains(id)) {
              found.put(id, job);
            }
          }
          return found.size() < ids.size();
        });
    return found;
  }

  /**
   * Pages of jobs, from the newest to the oldest.
   *
   * @param more takes a page and says whether the next one is wanted
   */
  private void pages(Predicate<List<Map<String, Object>>> more) {
    Map<String, Object> page = CanonicalJson.object(get("/api/v1/jobs"));
    while (more.test(JsonFields.list(page, "jobs")) && page.get("next") instanceof String next) {
      String query = URLEncoder.encode(next, StandardCharsets.UTF_8);
      page = CanonicalJson.object(get("/api/v1/jobs?before=" + query));
    }
  }

  /** The JSON object that is there. */
  public String get(String path) {
    return send(path, request(ANSWER).GET()).body().strip();
  }

  /** The same without waiting, and of the node alone that answered last. */
  public CompletableFuture<String> ask(String path) {
    HttpRequest request = request(ANSWER).uri(URI.create(base() + path)).GET().build();
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .thenApply(
            response -> {
              if (response.statusCode() != 200) {
                throw refusal(response.statusCode(), response.body());
              }
              return response.body().strip();
            });
  }

  public String post(String path) {
    return send(path, request(ANSWER).POST(BodyPublishers.noBody())).body().strip();
  }

  public String submit(String job) {
    HttpRequest.Builder request =
        request(CHECK)
            .header("Content-Type", "application/hocon")
            .POST(BodyPublishers.ofString(job));
    return send("/api/v1/jobs", request).body().strip();
  }

  /** What the coordinator finds below its data roots by this path, as uploads are named. */
  Optional<String> content(Path path) {
    String query = URLEncoder.encode(path.toString(), StandardCharsets.UTF_8);
    HttpResponse<String> response =
        exchange(
            "/api/v1/data-roots/content?path=" + query,
            request(CHECK).GET(),
            BodyHandlers.ofString());
    return response.statusCode() == 200
        ? Optional.of(new JsonFields(CanonicalJson.object(response.body())).text("content"))
        : Optional.empty();
  }

  /** Whether it is there and whole, and the files that it lists, if it does, too. */
  boolean hasUpload(String sha256) {
    HttpRequest.Builder request = request(CHECK).method("HEAD", BodyPublishers.noBody());
    HttpResponse<Void> response =
        exchange("/api/v1/data/" + sha256, request, BodyHandlers.discarding());
    return response.statusCode() == 200;
  }

  void upload(String sha256, Path file) throws FileNotFoundException {
    upload(sha256, BodyPublishers.ofFile(file));
  }

  void upload(String sha256, String text) {
    upload(sha256, BodyPublishers.ofString(text));
  }

  private void upload(String sha256, BodyPublisher content) {
    send("/api/v1/data/" + sha256, request(TRANSFER).PUT(content));
  }

  /**
   * A job's events after a number, as they come; the stream ends with the last one.
   *
   * @param after 0 for all that the server still has
   */
  public InputStream events(String id, long after) {
    HttpRequest.Builder request =
        request(ANSWER)
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", Long.toString(after));
    return stream(job(id, "events"), request);
  }

  private InputStream stream(String path, HttpRequest.Builder request) {
    HttpResponse<InputStream> response = exchange(path, request, BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      try (InputStream body = response.body()) {
        throw refusal(
            response.statusCode(), new String(body.readNBytes(1 << 16), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw unreachable(e);
      }
    }
    return response.body();
  }

  /**
   * Writes to a file what is there.
   *
   * @throws IOException if the file cannot be written, or the connection breaks off
   */
  public void download(String path, Path file) throws IOException {
    Download.write(stream(path, request(ANSWER).GET()), file, TRANSFER);
  }

  /** Before Java 21 the client's threads, all daemons, end by themselves when it is forgotten. */
  @Override
  public void close() {
    if ((Object) client instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static HttpRequest.Builder request(Duration deadline) {
    return HttpRequest.newBuilder().timeout(deadline);
  }

  private HttpResponse<String> send(String path, HttpRequest.Builder request) {
    HttpResponse<String> response = exchange(path, request, BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw refusal(response.statusCode(), response.body());
    }
    return response;
  }

  /** Begins with the node that answered last; of nodes that all fail, the last says why. */
  private <T> HttpResponse<T> exchange(
      String path, HttpRequest.Builder request, BodyHandler<T> handler) {
    int first = nodes.currentNumber();
    for (int i = 0; ; i++) {
      nodes.turnTo((first + i) % nodes.count());
      boolean last = i == nodes.count() - 1;
      HttpRequest next = request.uri(URI.create(base() + path)).build();
      try {
        HttpResponse<T> response = client.send(next, handler);
        if (response.statusCode() != UNAVAILABLE || last) {
          return response;
        }
      } catch (IOException e) {
        if (!mayRepeat(next, e)) {
          throw inDoubt(e);
        } else if (last) {
          throw unreachable(e);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw ServerException.failed("interrupted while waiting for " + base(), e);
      }
    }
  }

  /** Not what may have had its effect already. */
  private static boolean mayRepeat(HttpRequest request, IOException e) {
    return !request.method().equals("POST")
        || e instanceof ProtocolException // of something else that listens there
        || e instanceof ConnectException
        || e instanceof HttpConnectTimeoutException;
  }

  private ServerException inDoubt(IOException e) {
    return ServerException.failed(
        "the coordinator %s has not answered (%s) and may have done what was asked all the same; look before you ask again: yamabiko jobs --server %s"
            .formatted(
                base(),
                e instanceof HttpTimeoutException ? "in time" : "the connection broke off",
                option()),
        e);
  }

  ServerException unreachable(IOException e) {
    String why =
        e instanceof ConnectException
            ? "nothing listens there"
            : e instanceof HttpTimeoutException ? "no answer in time" : reason(e);
    return ServerException.failed(
        "the coordinator %s cannot be reached: %s".formatted(base(), why), e);
  }

  private static String reason(IOException e) {
    if (e instanceof ProtocolException
        || (e.getMessage() != null && e.getMessage().startsWith("HTTP/1.1 header parser"))) {
      return "what listens there gives no answer in HTTP; is it the port that workers join?";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** What a coordinator says is a problem in JSON; anything else comes from something else. */
  private ServerException refusal(int status, String body) {
    Map<String, Object> problem;
    try {
      problem = CanonicalJson.object(body);
    } catch (IllegalArgumentException e) {
      problem = Map.of();
    }
    if (!(problem.get("detail") instanceof String detail)) {
      return ServerException.failed(
          "%s is no coordinator, or not one of this version: it answers with HTTP status %d"
              .formatted(base(), status),
          null);
    }
    return USERS_FAULTS.contains(status)
        ? ServerException.refused(detail)
        : ServerException.failed("the coordinator %s failed: %s".formatted(base(), detail), null);
  }
}
