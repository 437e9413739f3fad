package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.InputErrors;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A sweep all of whose trials would be accepted; what is wrong names the trial. */
final class CheckedSweep {

  /**
   * What checking has found out; the data itself is not kept.
   *
   * @param steps of the whole run
   */
  record Found(Sweep.Trial trial, int parameters, long steps, String dataSha256) {

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("job", trial.name());
      json.put("settings", trial.values());
      json.put("parameters", parameters);
      json.put("steps", steps);
      json.put("data_sha256", dataSha256);
      return json;
    }
  }

  private CheckedSweep() {}

  /** The same, with nothing more to check. */
  static List<Found> of(Sweep sweep, Predicate<Job> which, Consumer<String> notices) {
    return of(sweep, which, (trial, checked) -> {}, notices);
  }

  /**
   * Checks the jobs in their order. Data that one has in common with the one before is read once.
   *
   * @param which jobs can be checked here
   * @param more is to be checked of a trial whose job is good; throws what is wrong
   * @throws JobException what {@code check} says of the first job that is wrong, and which it is
   */
  static List<Found> of(
      Sweep sweep,
      Predicate<Job> which,
      BiConsumer<Sweep.Trial, CheckedJob> more,
      Consumer<String> notices) {
    List<Found> found = new ArrayList<>();
    CheckedJob before = null;
    for (Sweep.Trial trial : sweep.trials()) {
      Job job = trial.job();
      if (!which.test(job)) {
        continue;
      }
      try {
        CheckedJob checked = before == null ? CheckedJob.of(job) : before.next(job);
        if (before == null || checked.data() != before.data()) {
          checked.data().notes().forEach(notices);
          sweep.requireMetricOf(checked.data().train().targets());
        }
        if (job.model().warmStart().isPresent()) {
          checked.start(notices);
        }
        more.accept(trial, checked);
        before = checked;
        found.add(
            new Found(
                trial,
                checked.network().parameterCount(),
                checked.plan(1).steps().steps(),
                checked.dataSha256()));
      } catch (RuntimeException e) {
        if (!InputErrors.isInput(e)) {
          throw e;
        }
        throw new JobException(sweep.in(trial, e.getMessage()), e);
      }
    }
    return found;
  }
}
