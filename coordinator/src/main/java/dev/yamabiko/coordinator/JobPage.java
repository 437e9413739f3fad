package dev.yamabiko.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Some of the coordinator's jobs, the newest first.
 *
 * @param next the last of them, if there are older ones: they come before it
 */
public record JobPage(List<JobView> jobs, Optional<String> next) {

  public JobPage {
    jobs = List.copyOf(jobs);
  }

  /**
   * Empty if there is no job with the id {@code before}.
   *
   * @param ids of all jobs, the oldest first
   * @param limit of a page, at least 1
   * @param before the job that the page's are older than; empty for the newest page
   */
  public static Optional<JobPage> of(
      List<String> ids, int limit, Optional<String> before, Function<String, JobView> view) {
    int to = before.map(ids::indexOf).orElse(ids.size());
    if (to < 0) {
      return Optional.empty();
    }
    int from = Math.max(0, to - limit);
    List<JobView> jobs = new ArrayList<>();
    for (int i = to - 1; i >= from; i--) {
      jobs.add(view.apply(ids.get(i)));
    }
    return Optional.of(
        new JobPage(jobs, from == 0 ? Optional.empty() : Optional.of(ids.get(from))));
  }
}
