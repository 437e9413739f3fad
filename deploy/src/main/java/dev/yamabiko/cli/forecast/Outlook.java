package dev.yamabiko.cli.forecast;

import dev.yamabiko.job.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a job may expect of clusters of up to so many workers.
 *
 * @param alone seconds of a step of one worker in a process of its own
 * @param rows for 1, 2, 4, ... workers
 * @param advice what to take
 */
public record Outlook(double alone, List<Row> rows, Advice advice) {

  /** Differences below are no reason for another choice: the model is not that exact. */
  private static final double ALIKE = 1.03;

  /** From here on a worker more is worth its while. */
  static final double WORTHWHILE = 0.7;

  /**
   * @param best the star, unless slice nodes make the step quicker
   */
  public record Row(StepForecast star, StepForecast best) {}

  /**
   * With the job's own shards, unless others make the step quicker.
   *
   * @param chosen the star of the most workers that are worth their while
   * @param narrow the star of the fewest workers for whom sending takes longer than computing, with
   *     the job's own shards
   * @param most the most workers, with the shards that suit them
   */
  public record Advice(StepForecast chosen, Optional<StepForecast> narrow, Row most) {}

  /**
   * @param workers at most
   */
  public static Outlook of(StepModel model, Setting setting, int workers) {
    List<Row> rows = new ArrayList<>();
    StepForecast chosen = null;
    for (int count : counts(workers)) {
      rows.add(row(model, setting, count));
      Setting suited = suited(model, setting, count);
      StepForecast star = model.forecast(suited, count, 0);
      if (chosen == null || star.efficiency() >= WORTHWHILE) {
        chosen = star;
      }
    }
    Row most = row(model, suited(model, setting, workers), workers);
    Advice advice = new Advice(chosen, narrow(model, setting, workers), most);
    return new Outlook(model.alone(setting), List.copyOf(rows), advice);
  }

  /** 1, 2, 4, ... and the last. */
  static List<Integer> counts(int workers) {
    List<Integer> counts = new ArrayList<>();
    for (int count = 1; count < workers; count *= 2) {
      counts.add(count);
    }
    counts.add(workers);
    return counts;
  }

  private static Row row(StepModel model, Setting setting, int workers) {
    StepForecast star = model.forecast(setting, workers, 0);
    List<StepForecast> candidates = new ArrayList<>(List.of(star));
    double quickest = star.seconds();
    // One by one while that makes a difference.
    for (int nodes = 2; nodes <= star.slices(); nodes += Math.max(1, nodes / 8)) {
      StepForecast other = model.forecast(setting, workers, nodes);
      candidates.add(other);
      quickest = Math.min(quickest, other.seconds());
    }
    double enough = quickest * ALIKE;
    StepForecast best =
        candidates.stream().filter(each -> each.seconds() <= enough).findFirst().orElseThrow();
    return new Row(star, best);
  }

  /** With as many shards as suit so many workers: the job's own, if others are hardly quicker. */
  private static Setting suited(StepModel model, Setting setting, int workers) {
    double own = model.forecast(setting, workers, 0).seconds();
    Setting best = setting;
    double quickest = own / ALIKE;
    int most =
        Math.min(Job.MOST_SHARDS, Math.min(setting.plan().batchSize(), setting.plan().examples()));
    // One block each: a multiple of the workers by a power of two.
    for (int shards = workers; shards <= most; shards *= 2) {
      Setting other = setting.withShards(shards);
      double seconds = model.forecast(other, workers, 0).seconds();
      if (seconds < quickest) {
        quickest = seconds;
        best = other;
      }
    }
    return best;
  }

  /** The fewest workers for whom sending takes longer than computing, by halving. */
  private static Optional<StepForecast> narrow(StepModel model, Setting setting, int workers) {
    if (!isNarrow(model, setting, workers)) {
      return Optional.empty();
    }
    int enough = workers;
    int tooFew = 0;
    while (enough - tooFew > 1) {
      int middle = (enough + tooFew) / 2;
      if (isNarrow(model, setting, middle)) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    return Optional.of(model.forecast(setting, enough, 0));
  }

  private static boolean isNarrow(StepModel model, Setting setting, int workers) {
    StepForecast star = model.forecast(setting, workers, 0);
    return star.network() > star.compute();
  }
}
