package dev.yamabiko.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the steps' time goes, worker by worker, from the {@code timing} events of a run. Of a
 * worker's step {@code compute}, {@code broadcast} (weights down, gradients up), {@code wait} (for
 * the last worker) and {@code aggregate} (the update) are all there is.
 */
final class StepShares {

  /** Seconds, summed over steps. */
  private record Spent(long steps, double all, double compute, double broadcast, double waiting) {

    Spent plus(Spent more) {
      return new Spent(
          steps + more.steps,
          all + more.all,
          compute + more.compute,
          broadcast + more.broadcast,
          waiting + more.waiting);
    }
  }

  /**
   * A worker of the latest event.
   *
   * @param samplesPerSecond NaN where it is not told
   */
  private record Row(String name, Spent spent, double samplesPerSecond) {}

  private final Map<String, Spent> whole = new TreeMap<>();
  private final Map<String, Long> reissued = new HashMap<>();
  private List<Row> latest = List.of();
  private long steps;
  private double seconds;
  private double secondsPerStep = Double.NaN;

  /** An event's data: means over its steps. */
  void on(JsonFields timing) {
    long count = timing.whole("steps");
    secondsPerStep = timing.number("seconds");
    steps += count;
    seconds += count * secondsPerStep;
    List<Row> rows = new ArrayList<>();
    for (Map<String, Object> worker : JsonFields.list(timing.object(), "workers")) {
      JsonFields fields = new JsonFields(worker);
      Spent spent =
          new Spent(
              count,
              count * secondsPerStep,
              count * fields.number("compute"),
              count * fields.number("broadcast"),
              count * fields.number("wait"));
      rows.add(new Row(fields.text("name"), spent, fields.number("samples_per_second")));
      whole.merge(fields.text("name"), spent, Spent::plus);
    }
    latest = rows;
  }

  /** Shards of this worker were handed out a second time. */
  void reissued(String worker) {
    reissued.merge(worker, 1L, Long::sum);
  }

  /**
   * Of the steps since the event before, narrower than the terminal: what does not fit is cut off.
   *
   * @param most workers to be shown; of more, those who kept the others waiting
   */
  List<String> latest(int columns, int most) {
    if (latest.isEmpty()) {
      return List.of();
    }
    TextTable table = table("%s a step".formatted(OutlookText.time(secondsPerStep)), "samples/s");
    List<Row> shown =
        latest.stream()
            .sorted(Comparator.comparingDouble(row -> row.spent().waiting() / row.spent().steps()))
            .limit(Math.max(1, most))
            .sorted(Comparator.comparing(Row::name))
            .toList();
    for (Row row : shown) {
      table.row(cells(row.name(), Figures.perSecond(row.samplesPerSecond()), row.spent()));
    }
    List<String> lines = new ArrayList<>(table.lines());
    if (latest.size() > shown.size()) {
      lines.add("and %s faster ones".formatted(Figures.count(latest.size() - shown.size())));
    }
    return lines.stream().map(line -> cut(line, columns - 1)).toList();
  }

  /** Of all steps that were seen; each line ends with a line break. Empty where there are none. */
  String whole() {
    if (steps == 0) {
      return "";
    }
    TextTable table = table("%s a step".formatted(OutlookText.time(seconds / steps)), "steps");
    whole.forEach((name, spent) -> table.row(cells(name, Figures.count(spent.steps()), spent)));
    return table.text();
  }

  private static TextTable table(String first, String second) {
    return new TextTable(first, second, "compute", "broadcast", "wait", "aggregate", "re-issued");
  }

  private String[] cells(String name, String second, Spent spent) {
    double aggregate = spent.all() - spent.compute() - spent.broadcast() - spent.waiting();
    return new String[] {
      name,
      second,
      Figures.percent(spent.compute() / spent.all()),
      Figures.percent(spent.broadcast() / spent.all()),
      Figures.percent(spent.waiting() / spent.all()),
      Figures.percent(Math.max(0, aggregate) / spent.all()),
      Figures.count(reissued.getOrDefault(name, 0L))
    };
  }

  private static String cut(String line, int columns) {
    return line.codePointCount(0, line.length()) <= columns
        ? line
        : line.substring(0, line.offsetByCodePoints(0, Math.max(0, columns)));
  }
}
