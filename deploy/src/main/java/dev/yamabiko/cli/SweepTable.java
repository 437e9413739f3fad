package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.job.Selection;
import dev.yamabiko.job.Sweep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The trials of a sweep as people compare them: a line for each, with what tells them apart. */
final class SweepTable {

  /** Of a setting's value; a whole model may be one. */
  private static final int WIDEST = 24;

  private final Sweep sweep;
  private final List<String> settings;

  SweepTable(Sweep sweep) {
    this.sweep = sweep;
    settings = headers(sweep.trials().get(0).settings().stream().map(s -> s.key()).toList());
  }

  /** The last part of each key, where that is clear. */
  private static List<String> headers(List<String> keys) {
    List<String> last = keys.stream().map(key -> key.substring(key.lastIndexOf('.') + 1)).toList();
    List<String> headers = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      String name = last.get(i);
      boolean clear = last.stream().filter(name::equals).count() == 1 && !name.matches("\\d*");
      headers.add(clear ? name : keys.get(i));
    }
    return headers;
  }

  /** The best first, by the sweep's metric; those without one behind them, in their order. */
  List<Standing> ranked(List<Standing> standings) {
    Selection.Metric metric = sweep.metric();
    Comparator<Standing> byMetric =
        Comparator.comparingDouble(
            standing ->
                metric.higherIsBetter() ? -standing.result(metric) : standing.result(metric));
    return standings.stream().sorted(byMetric).toList();
  }

  Optional<Standing> best(List<Standing> standings) {
    return ranked(standings).stream()
        .findFirst()
        .filter(standing -> Double.isFinite(standing.result(sweep.metric())));
  }

  /** In the order given, after a line with the columns' names. */
  List<String> lines(List<Standing> standings, Instant now, Ink ink) {
    int status = 1 + settings.size();
    String[] header =
        Stream.of(
                Stream.of("trial"),
                settings.stream(),
                Stream.of("status", "epoch", "train loss", "validation", "metric", "time"))
            .flatMap(part -> part)
            .toArray(String[]::new);
    TextTable table = new TextTable(header).words(status).ink(status, ink::status);
    for (Standing standing : standings) {
      JsonFields job = standing.job();
      table.row(
          Stream.of(
                  Stream.of(standing.trial().name()),
                  standing.trial().settings().stream().map(setting -> cut(setting.text())),
                  Stream.of(
                      standing.status(),
                      JobsTable.epoch(job),
                      Figures.loss(job.number("train_loss")),
                      Figures.loss(job.number("validation_loss")),
                      JobsTable.metric(job),
                      time(job, now)))
              .flatMap(part -> part)
              .toArray(String[]::new));
    }
    return table.lines();
  }

  private static String cut(String text) {
    return text.length() <= WIDEST ? text : text.substring(0, WIDEST - 3) + "...";
  }

  /** Of training, once it has ended; since its beginning before. */
  private static String time(JsonFields job, Instant now) {
    if (Double.isFinite(job.number("seconds"))) {
      return Figures.seconds(job.number("seconds"));
    }
    return job.time("started")
        .map(then -> Figures.clock(Math.max(0, Duration.between(then, now).toSeconds())))
        .orElse("-");
  }

  /** "3 of 8 trials have ended, 2 are running; best so far digits-s02, validation loss 0.0123". */
  String summary(List<Standing> standings) {
    long ended = standings.stream().filter(Standing::hasEnded).count();
    long running = standings.stream().filter(s -> s.status().equals("running")).count();
    String best =
        best(standings)
            .map(s -> "; best so far %s, %s".formatted(s.trial().name(), s.metrics()))
            .orElse("");
    return "%s: %d of %d trials have ended, %d running%s"
        .formatted(sweep.name(), ended, standings.size(), running, best);
  }
}
