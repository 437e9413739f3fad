package dev.yamabiko.client;

import dev.yamabiko.model.CanonicalJson;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
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
 * For any number of threads. Every failure is a {@link ServerException}.
 */
public final class Server implements AutoCloseable {

  /** Of a coordinator on this machine that was told nothing else. */
  public static final String DEFAULT = ServerAddresses.DEFAULT;

  private static final String[] STATE = {"id", "status"};
  private static final String WORKERS = "/api/v1/workers";
  private static final String NODES = "workers";

  /** Of an upload: not worth to ask first whether there is room for it. */
  private static final int AT_ONCE = 1 << 16;

  /** The client of Java 17 waits for ever if the answer is no. */
  private static final boolean CAN_ASK_FIRST = Runtime.version().feature() >= 21;

  /** A proxy answers so that cannot ask whether it is to be sent. */
  private static final int EXPECTATION_FAILED = 417;

  /**
   * How long to wait for what.
   *
   * @param answer to a question, whole
   * @param check of what the coordinator reads before it answers, a job's data for instance; and of
   *     an upload, since it last took some of it
   * @param silence in a download, since some of it last came
   */
  record Deadlines(Duration answer, Duration check, Duration silence) {
    static final Deadlines DEFAULT =
        new Deadlines(Duration.ofSeconds(60), Duration.ofMinutes(11), Duration.ofSeconds(60));
  }

  /** Of an answer: what is read as it comes, or, where that is refused, what it says. */
  private record Streamed(InputStream body, String refusal) implements Closeable {
    @Override
    public void close() throws IOException {
      if (body != null) {
        body.close();
      }
    }
  }

  private final Exchanges exchanges;
  private final Deadlines deadlines;

  Server(String text, String option, ServerAccess access, Deadlines deadlines) {
    exchanges = new Exchanges(ServerAddresses.of(text, option), access);
    this.deadlines = deadlines;
  }

  Server(String text, String option, Deadlines deadlines) {
    this(text, option, ServerAccess.NONE, deadlines);
  }

  /**
   * @param text URLs of the nodes, with commas between; asked in this order until one answers
   * @param option that takes them, for messages
   * @throws ServerException if one is none
   */
  public static Server of(String text, String option) {
    return of(text, option, ServerAccess.NONE);
  }

  /** The same, asked as somebody. */
  public static Server of(String text, String option, ServerAccess access) {
    return new Server(text, option, access, Deadlines.DEFAULT);
  }

  /** Of the node that answered last, for messages. */
  public String url() {
    return exchanges.firstNode().toString();
  }

  /** As {@code --server} takes it, for commands that users are told. */
  public String option() {
    return exchanges.allNodes();
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
    // In a path a plus is a plus.
    String path =
        "/api/v1/jobs/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
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
    Map<String, Object> page = CanonicalJson.object(get("/api/v1/jobs", "jobs"));
    while (more.test(JsonFields.list(page, "jobs")) && page.get("next") instanceof String next) {
      String query = URLEncoder.encode(next, StandardCharsets.UTF_8);
      page = CanonicalJson.object(get("/api/v1/jobs?before=" + query, "jobs"));
    }
  }

  /**
   * The JSON object that is there.
   *
   * @param fields that it has if a coordinator answers
   */
  public String get(String path, String... fields) {
    return object(path, request().GET(), deadlines.answer, fields);
  }

  /** What is to be known of a job. */
  public String state(String id) {
    return get(job(id), STATE);
  }

  /** The nodes that have joined. */
  public String workers() {
    return get(WORKERS, NODES);
  }

  /** A job's file, as the coordinator has it. */
  public String file(String id) {
    return requireDone(answer(job(id, "file"), request().GET(), deadlines.answer)).strip();
  }

  /** As {@link #state}, without waiting, and of the node alone that answered last. */
  public CompletableFuture<String> askForState(String id) {
    return ask(job(id), STATE);
  }

  /** As {@link #workers}, in this way. */
  public CompletableFuture<String> askForWorkers() {
    return ask(WORKERS, NODES);
  }

  private CompletableFuture<String> ask(String path, String... fields) {
    return exchanges
        .tell(path, request().GET(), BodyHandlers.ofString(), deadlines.answer)
        .thenApply(
            answer -> {
              if (answer.status() != 200) {
                throw refusal(answer);
              }
              return object(answer, fields);
            });
  }

  /** What time it is at the node that answers, to the second; empty if it does not say. */
  public Optional<Instant> time() {
    return exchanges
        .ask(
            "/health/alive",
            request().GET(),
            answer -> BodySubscribers.replacing(answer.headers().firstValue("Date")),
            deadlines.answer)
        .body()
        .flatMap(Server::instant);
  }

  private static Optional<Instant> instant(String date) {
    try {
      return Optional.of(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
    } catch (DateTimeException e) {
      return Optional.empty(); // whatever it is, it is no coordinator's
    }
  }

  /** Has something done to a job; what is to be known of it then. */
  public String post(String path) {
    return object(path, request().POST(BodyPublishers.noBody()), deadlines.answer, STATE);
  }

  public String submit(String job) {
    HttpRequest.Builder request =
        request().header("Content-Type", "application/hocon").POST(BodyPublishers.ofString(job));
    return object("/api/v1/jobs", request, deadlines.check, "id");
  }

  /** What the coordinator finds below its data roots by this path, as uploads are named. */
  Optional<String> content(Path path) {
    String query = URLEncoder.encode(path.toString(), StandardCharsets.UTF_8);
    Exchanges.Answer<String> answer =
        exchanges.ask(
            "/api/v1/data-roots/content?path=" + query,
            request().GET(),
            BodyHandlers.ofString(),
            deadlines.check);
    return answer.status() == 200
        ? Optional.of(new JsonFields(CanonicalJson.object(answer.body())).text("content"))
        : Optional.empty();
  }

  /** Whether it is there and whole, and the files that it lists, if it does, too. */
  boolean hasUpload(String sha256) {
    HttpRequest.Builder request = request().method("HEAD", BodyPublishers.noBody());
    return exchanges
            .ask("/api/v1/data/" + sha256, request, BodyHandlers.discarding(), deadlines.check)
            .status()
        == 200;
  }

  void upload(String sha256, Path file) throws FileNotFoundException {
    upload(sha256, BodyPublishers.ofFile(file));
  }

  void upload(String sha256, String text) {
    upload(sha256, BodyPublishers.ofString(text));
  }

  private void upload(String sha256, BodyPublisher content) {
    boolean large = CAN_ASK_FIRST && content.contentLength() > AT_ONCE;
    Exchanges.Answer<String> answer = upload(sha256, content, large);
    requireDone(answer.status() == EXPECTATION_FAILED ? upload(sha256, content, false) : answer);
  }

  /**
   * @param whenAsked only when the coordinator has said that it takes it
   */
  private Exchanges.Answer<String> upload(String sha256, BodyPublisher content, boolean whenAsked) {
    Liveness liveness = new Liveness();
    return exchanges.ask(
        "/api/v1/data/" + sha256,
        request().expectContinue(whenAsked).PUT(new SentBody(content, liveness)),
        BodyHandlers.ofString(),
        deadlines.check,
        liveness);
  }

  /**
   * A job's events after a number, as they come; the stream ends with the last one. It has no
   * deadline: who reads it keeps one.
   *
   * @param after 0 for all that the server still has
   */
  public InputStream events(String id, long after) {
    HttpRequest.Builder request =
        request()
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", Long.toString(after));
    return stream(job(id, "events"), request);
  }

  private InputStream stream(String path, HttpRequest.Builder request) {
    Exchanges.Answer<Streamed> answer =
        exchanges.ask(path, request, Server::streamed, deadlines.answer);
    if (answer.status() != 200) {
      throw ServerFaults.refusal(answer.node(), answer.status(), answer.body().refusal);
    }
    return answer.body().body;
  }

  private static BodySubscriber<Streamed> streamed(HttpResponse.ResponseInfo answer) {
    return answer.statusCode() == 200
        ? BodySubscribers.mapping(BodySubscribers.ofInputStream(), body -> new Streamed(body, ""))
        : BodySubscribers.mapping(
            BodySubscribers.ofString(StandardCharsets.UTF_8), text -> new Streamed(null, text));
  }

  /**
   * Writes to a file what is there.
   *
   * @throws IOException if the file cannot be written, or the connection breaks off or falls silent
   */
  public void download(String path, Path file) throws IOException {
    InputStream body = stream(path, request().GET());
    Download.write(body, file, deadlines.silence, exchanges.pending());
  }

  /** Whether nothing can be asked any more. */
  public boolean isClosed() {
    return exchanges.pending().isClosed();
  }

  /** Cancels what is made of answers when this is closed, or at once if it has been. */
  public void cancelWhenClosed(CompletableFuture<?> made) {
    exchanges.pending().add(made);
  }

  /** Does not wait: questions under way fail, and connections end. */
  @Override
  public void close() {
    exchanges.close();
  }

  private static HttpRequest.Builder request() {
    return HttpRequest.newBuilder();
  }

  private String object(
      String path, HttpRequest.Builder request, Duration deadline, String... fields) {
    Exchanges.Answer<String> answer = answer(path, request, deadline);
    requireDone(answer);
    return object(answer, fields);
  }

  /** Many a server that is no coordinator answers everything with its own page, or with {}. */
  private static String object(Exchanges.Answer<String> answer, String... fields) {
    String body = answer.body().strip();
    Map<String, Object> object;
    try {
      object = CanonicalJson.object(body);
    } catch (IllegalArgumentException e) {
      throw ServerFaults.foreign(answer.node(), "something else than JSON");
    }
    for (String field : fields) {
      if (object.get(field) == null) {
        throw ServerFaults.foreign(answer.node(), "JSON without \"%s\"".formatted(field));
      }
    }
    return body;
  }

  private Exchanges.Answer<String> answer(
      String path, HttpRequest.Builder request, Duration deadline) {
    return exchanges.ask(path, request, BodyHandlers.ofString(), deadline);
  }

  private static String requireDone(Exchanges.Answer<String> answer) {
    if (answer.status() / 100 != 2) {
      throw refusal(answer);
    }
    return answer.body();
  }

  private static ServerException refusal(Exchanges.Answer<String> answer) {
    return ServerFaults.refusal(answer.node(), answer.status(), answer.body());
  }
}
