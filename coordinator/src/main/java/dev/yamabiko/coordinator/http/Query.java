package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.scaladsl.model.IllegalUriException;
import akka.japi.Pair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of a request's query; what is not expected there is refused. */
record Query(Map<String, String> values) {

  /**
   * @throws ProblemException if there is another key, or one twice
   */
  static Query of(HttpRequest request, List<String> expected) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Pair<String, String> pair : pairs(request)) {
      String key = pair.first();
      if (!expected.contains(key)) {
        throw refused("expected the keys %s but found %s", String.join(", ", expected), key);
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
