package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpRequest;
import dev.yamabiko.coordinator.access.Role;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which role an operation of the API takes. Reading is named request by request: whatever is named
 * nowhere, however its path is written, is for the administrator.
 */
final class Rights {

  private record Rule(Role role, String method, Pattern path) {

    static Rule of(Role role, String method, String path) {
      return new Rule(role, method, Pattern.compile(path));
    }
  }

  private static final String JOB = "/api/v1/jobs/[^/]+";

  private static final List<Rule> RULES =
      List.of(
          Rule.of(Role.READ, "GET", "/metrics|/api/v1/(jobs|workers|session)"),
          Rule.of(Role.READ, "GET", JOB),
          Rule.of(
              Role.READ,
              "GET",
              JOB + "/(events|file|inputs|layers|metrics|notices|series|timeline)"),
          // The model is what all the work was for.
          Rule.of(Role.SUBMIT, "GET", JOB + "/model"),
          // To cancel and resume: one's own jobs, see Gate.
          Rule.of(Role.SUBMIT, "POST", JOB + "/(cancel|predict|resume)"),
          Rule.of(Role.SUBMIT, "POST", "/api/v1/jobs"),
          Rule.of(Role.SUBMIT, "PUT|HEAD", "/api/v1/data/[^/]+"),
          // Says where files of this machine lie, and what they hold.
          Rule.of(Role.SUBMIT, "GET", "/api/v1/data-roots(/content)?"));

  private Rights() {}

  static Role needed(HttpRequest request) {
    return needed(request.method().name(), request.getUri().path());
  }

  static Role needed(String method, String path) {
    return RULES.stream()
        .filter(rule -> method.matches(rule.method()) && rule.path().matcher(path).matches())
        .map(Rule::role)
        .findFirst()
        .orElse(Role.ADMIN);
  }
}
