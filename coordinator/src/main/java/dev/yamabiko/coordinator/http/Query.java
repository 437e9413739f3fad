package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.scaladsl.model.IllegalUriException;
import akka.japi.Pair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys of a request's query; what is not expected there is refused. */
record Query(Map<String, String> values) {

  private static final String JOB = "/api/v1/jobs/[^/]+";

  /** Of what may be asked, the first that fits; an answer says of anything else that it may not. */
  private static final Map<Pattern, List<String>> KEYS = new LinkedHashMap<>();

  static {
    expect("GET /api/v1/jobs", "limit", "before");
    expect("GET " + JOB + "/events", "from_step");
    expect("GET " + JOB + "/series", "points");
    expect("GET " + JOB + "/model", "format");
    expect("GET /api/v1/data-roots/content", "path");
    expect("GET " + JOB + "(/(metrics|file|layers|timeline|notices|inputs))?");
    expect("POST /api/v1/jobs|POST " + JOB + "/(predict|cancel|resume)");
    expect("(HEAD|PUT) /api/v1/data/[^/]+");
    expect("GET /api/v1/(data-roots|workers)");
    expect("(GET|POST|DELETE) /api/v1/session");
  }

  private static void expect(String asked, String... keys) {
    KEYS.put(Pattern.compile(asked), List.of(keys));
  }

  /**
   * @throws ProblemException if there is a key that is not of this path, or one twice
   */
  static Query of(HttpRequest request) {
    String asked = request.method().name() + " " + request.getUri().path();
    return KEYS.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(asked).matches())
        .findFirst()
        .map(entry -> of(request, entry.getValue()))
        .orElseGet(() -> new Query(Map.of()));
  }

  private static Query of(HttpRequest request, List<String> expected) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Pair<String, String> pair : pairs(request)) {
      String key = pair.first();
      if (!expected.contains(key)) {
        String keys = expected.isEmpty() ? "no keys" : "the keys " + String.join(", ", expected);
        throw refused("expected %s but found %s", keys, key);
      } else if (values.put(key, pair.second()) != null) {
        throw refused("expected %s once but found it twice", key);
      }
    }
    return new Query(values);
  }

  private static List<Pair<String, String>> pairs(HttpRequest request) {
    try {
      return request.getUri().query().toList();
    } catch (IllegalUriException e) {
      throw refused("%s", e.getMessage());
    }
  }

  private static ProblemException refused(String what, Object... values) {
    return Problem.badRequest("the query of this URL: " + what.formatted(values)).exception();
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * @throws ProblemException if it is no whole number in this range
   */
  long whole(String key, long least, long most, long otherwise) {
    String text = values.get(key);
    if (text == null) {
      return otherwise;
    }
    if (text.matches("\\d{1,18}")) {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    }
    throw Problem.badRequest(
            most == Long.MAX_VALUE
                ? "%s: expected a whole number of at least %d but found \"%s\""
                    .formatted(key, least, text)
                : "%s: expected a whole number from %d to %d but found \"%s\""
                    .formatted(key, least, most, text))
        .exception();
  }
}
