package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.Seat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard's files, as a browser gets them. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {

  /** What a file of the page names: in HTML, in scripts, in style sheets. */
  private static final Pattern NAMES =
      Pattern.compile("(?:src|href)=\"([^\"#]+)\"|(?:from|import) '([^']+)'|url\\(([^)]+)\\)");

  @TempDir private static Path data;
  private Api api;

  @BeforeAll
  void bind() throws IOException {
    api = new Api(data, List.of(), 1 << 20);
  }

  @AfterAll
  void close() {
    api.close();
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html",
    "/ui/app.js, text/javascript",
    "/ui/views/job.js, text/javascript",
    "/ui/css/page.css, text/css",
    "/ui/icon.svg, image/svg+xml",
    "/ui/lib/uplot/uPlot.esm.js, text/javascript",
    "/ui/lib/uplot/uPlot.min.css, text/css"
  })
  void shouldServeFilesThatRunNothingButThemselves(String path, String type) throws Exception {
    HttpResponse<String> response = api.get(path);
    assertEquals(200, response.statusCode());
    assertEquals(type + "; charset=UTF-8", header(response, "Content-Type"));
    assertTrue(
        header(response, "Content-Security-Policy")
            .startsWith("default-src 'none'; script-src 'self';"));
    assertFalse(header(response, "Content-Security-Policy").contains("unsafe"));
    assertEquals("nosniff", header(response, "X-Content-Type-Options"));
    assertEquals("no-referrer", header(response, "Referrer-Policy"));
    HttpResponse<String> head = api.send(api.request(path).method("HEAD", BodyPublishers.noBody()));
    assertEquals(200, head.statusCode());
    assertEquals(header(response, "ETag"), header(head, "ETag"));
  }

  @Test
  void shouldServeAllThatThePageNamesAndNameNoOtherHost() throws Exception {
    Set<URI> seen = new HashSet<>();
    Deque<URI> open = new ArrayDeque<>(List.of(URI.create("/")));
    while (!open.isEmpty()) {
      URI path = open.pop();
      if (!seen.add(path)) {
        continue;
      }
      HttpResponse<String> response = api.get(path.toString());
      assertEquals(200, response.statusCode(), path.toString());
      Matcher names = NAMES.matcher(response.body());
      while (names.find()) {
        String name = names.group(1) != null ? names.group(1) : names.group(2);
        URI named = path.resolve(name == null ? names.group(3) : name);
        assertFalse(named.isAbsolute(), path + " names " + named);
        open.push(named);
      }
    }
    assertTrue(seen.size() > 20, seen.toString());
    assertTrue(seen.contains(URI.create("/ui/lib/uplot/uPlot.esm.js")), seen.toString());
  }

  @Test
  void shouldSendAgainOnlyWhatHasChanged() throws Exception {
    HttpResponse<String> first = api.get("/ui/app.js");
    assertEquals("no-cache", header(first, "Cache-Control"));
    String tag = header(first, "ETag");
    assertTrue(tag.matches("\"[0-9a-f]{32}\""), tag);
    HttpResponse<String> same = api.send(api.request("/ui/app.js").header("If-None-Match", tag));
    assertEquals(304, same.statusCode());
    assertEquals("", same.body());
    HttpResponse<String> other =
        api.send(api.request("/ui/app.js").header("If-None-Match", "\"0123\""));
    assertEquals(200, other.statusCode());
    assertEquals(first.body(), other.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ui/",
        "/ui/nothing.js",
        "/ui/index.html",
        "/ui/css",
        "/ui/../Routes.class",
        "/ui/..%2fRoutes.class",
        "/ui/css/..%2f..%2f..%2f..%2f..%2freference.conf",
        "/ui/%2e%2e/%2e%2e/%2e%2e/logback.js",
        "/ui/lib/uplot/..%2f..%2f..%2f..%2f..%2fMETA-INF%2fMANIFEST.js",
        "/ui/lib/uplot/../LICENSE",
        "/ui//etc/passwd.js",
        "/ui/%2fetc%2fpasswd.js",
        "/ui/app.js%00.css",
        "/ui/app.js/",
        "/ui/css%5cpage.css"
      })
  void shouldLeadNowhereElse(String path) throws Exception {
    Api.problem(404, api.get(path));
  }

  @Test
  void shouldChangeNothing() throws Exception {
    HttpResponse<String> posted = api.post("/", "x");
    assertEquals("allowed here: GET, HEAD", Api.problem(405, posted));
  }

  @Test
  void shouldComeFromTheNodeThatHasTheCoordinator() throws Exception {
    try (Api standby = new Api(data, List.of(), 1 << 20)) {
      standby.move(new Seat.There("http://127.0.0.1:" + api.port()));
      for (String path : List.of("/", "/ui/app.js")) {
        HttpResponse<String> passedOn = standby.get(path);
        assertEquals(200, passedOn.statusCode());
        assertEquals(api.get(path).body(), passedOn.body());
        assertEquals(header(api.get(path), "ETag"), header(passedOn, "ETag"));
        assertTrue(
            header(passedOn, "Content-Security-Policy")
                .startsWith("default-src 'none'; script-src 'self';"));
      }
      // Nobody has it: the page is there, and will say so.
      standby.move(new Seat.Vacant());
      assertEquals(200, standby.get("/").statusCode());
      Api.problem(503, standby.get("/api/v1/jobs"));
    }
  }
}
