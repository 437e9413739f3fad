package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the steps' time goes, worker by worker, from the {@code timing} events of a run: {@code
 * compute}, {@code broadcast} (weights down, gradients up), {@code wait} (for the last worker) and
 * {@code aggregate} (the update) make up a worker's step.
 */
final class StepShares {

  /** Seconds, summed over steps. */
  private record Spent(long steps, double all, double compute, double broadcast, double waiting) {

    static final Spent NOTHING = new Spent(0, 0, 0, 0, 0);

    static Spent of(long steps, double perStep, JsonFields worker) {
      return new Spent(
          steps,
          steps * perStep,
          steps * worker.number("compute"),
          steps * worker.number("broadcast"),
          steps * worker.number("wait"));
    }

    Spent plus(Spent more) {
      return new Spent(
          steps + more.steps,
          all + more.all,
          compute + more.compute,
          broadcast + more.broadcast,
          waiting + more.waiting);
    }

    double perStep() {
      return all / steps;
    }

    double aggregate() {
      return Math.max(0, all - compute - broadcast - waiting);
    }
  }

  private final Map<String, JsonFields> nodes = new HashMap<>();
  private final Map<String, Spent> whole = new TreeMap<>();
  private Map<String, Spent> latest = Map.of();
  private Spent wholeSteps = Spent.NOTHING;
  private double latestPerStep;

  /** An event's data: means over its steps. */
  void timing(JsonFields timing) {
    long steps = timing.whole("steps");
    latestPerStep = timing.number("seconds");
    wholeSteps = wholeSteps.plus(Spent.of(steps, latestPerStep, timing));
    latest = new TreeMap<>();
    for (Map<String, Object> worker : JsonFields.list(timing.object(), "workers")) {
      JsonFields fields = new JsonFields(worker);
      Spent spent = Spent.of(steps, perStep(fields) + timing.number("aggregate"), fields);
      latest.put(fields.text("name"), spent);
      whole.merge(fields.text("name"), spent, Spent::plus);
    }
  }

  /** Until the update, in the steps that the worker was in: of all, these may be the longest. */
  private static double perStep(JsonFields worker) {
    return worker.number("compute") + worker.number("broadcast") + worker.number("wait");
  }

  /** What the coordinator says of its workers: their speed, and how often they were late. */
  void workers(Map<String, Object> all) {
    for (Map<String, Object> worker : JsonFields.list(all, "workers")) {
      JsonFields fields = new JsonFields(worker);
      nodes.put(fields.text("name"), fields);
    }
  }

  /**
   * Of the steps since the event before, narrower than the terminal: what does not fit is cut off.
   *
   * @param most workers to be shown; of more, those for whom the others waited
   */
  List<String> latest(int columns, int most) {
    if (latest.isEmpty()) {
      return List.of();
    }
    Comparator<String> lastToCome = Comparator.comparingDouble(name -> latest.get(name).waiting());
    List<String> shown =
        latest.keySet().stream().sorted(lastToCome).limit(Math.max(1, most)).sorted().toList();
    List<String> lines = new ArrayList<>(table(latestPerStep, shown, latest).lines());
    if (latest.size() > shown.size()) {
      lines.add("and %s more, which waited longer".formatted(latest.size() - shown.size()));
    }
    return lines.stream().map(line -> cut(line, columns - 1)).toList();
  }

  /** Of all steps that were seen; each line ends with a line break. Empty where there are none. */
  String whole() {
    return whole.isEmpty()
        ? ""
        : table(wholeSteps.perStep(), List.copyOf(whole.keySet()), whole).text();
  }

  private TextTable table(double perStep, List<String> names, Map<String, Spent> spent) {
    TextTable table =
        new TextTable(
            "step " + OutlookText.time(perStep),
            "samples/s",
            "compute",
            "broadcast",
            "wait",
            "aggregate",
            "re-issued");
    for (String name : names) {
      Spent of = spent.get(name);
      JsonFields node = nodes.getOrDefault(name, new JsonFields(Map.of()));
      table.row(
          name,
          Figures.perSecond(node.number("samples_per_second")),
          Figures.percent(of.compute() / of.all()),
          Figures.percent(of.broadcast() / of.all()),
          Figures.percent(of.waiting() / of.all()),
          Figures.percent(of.aggregate() / of.all()),
          node.count("reissued"));
    }
    return table;
  }

  private static String cut(String line, int columns) {
    return line.codePointCount(0, line.length()) <= columns
        ? line
        : line.substring(0, line.offsetByCodePoints(0, Math.max(0, columns)));
  }
}
