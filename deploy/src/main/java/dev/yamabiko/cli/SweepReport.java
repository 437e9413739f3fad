package dev.yamabiko.cli;

import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.job.Sweep;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How a sweep came out, for people and for scripts. */
final class SweepReport {

  private final Sweep sweep;
  private final SweepTable table;
  private final List<Standing> standings;

  SweepReport(Sweep sweep, List<Standing> standings) {
    this.sweep = sweep;
    this.standings = List.copyOf(standings);
    table = new SweepTable(sweep);
  }

  boolean isCompleted() {
    return standings.stream().allMatch(Standing::isCompleted);
  }

  /** Of trials that have not completed, and need not fail again. */
  boolean canGoOn() {
    return standings.stream().anyMatch(trial -> !trial.isCompleted() && !trial.diverged());
  }

  /**
   * The table, the best trial first, and where that one's model is.
   *
   * @param model says of a standing where its model is, or how to come by it
   * @param command a sweep's arguments again, for a shell
   */
  String text(Ink ink, Function<Standing, Map<String, String>> model, String command) {
    StringBuilder text = new StringBuilder();
    table
        .lines(table.ranked(standings), Instant.now(), ink)
        .forEach(line -> text.append(line).append('\n'));
    String metric = sweep.metric().field().replace('_', ' ');
    Optional<Standing> best = table.best(standings);
    if (best.isEmpty()) {
      return text.append("no trial has completed with a %s".formatted(metric)).toString();
    }
    Standing first = best.get();
    text.append(
        "\nbest by %s: %s (%s)\n"
            .formatted(metric, first.trial().name(), first.trial().describe()));
    line(text, "result", first.metrics());
    line(text, "weights", "sha256 " + first.job().text("weights_sha256"));
    model.apply(first).forEach((name, value) -> line(text, name, value));
    line(text, "alone", alone(command, first.trial()));
    return text.toString().stripTrailing();
  }

  private static String alone(String command, Sweep.Trial trial) {
    StringBuilder line = new StringBuilder("yamabiko train " + command + " --set sweep=null");
    trial
        .settings()
        .forEach(
            setting ->
                line.append(" --set ")
                    .append(JobArguments.quote(setting.key() + "=" + trial.textAnywhere(setting))));
    return line.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  %-11s %s\n".formatted(name, OneLine.of(value)));
  }

  /** Of trials in this JVM. */
  static Map<String, String> here(Standing standing) {
    Path directory = Path.of(standing.job().text("run_directory"));
    return Map.of("model", RunDirectory.modelOf(directory).toString());
  }

  Map<String, Object> json(String status) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("status", status);
    json.put("sweep", sweep.name());
    json.put("metric", sweep.metric().field());
    json.put("trials", standings.stream().map(Standing::json).toList());
    json.put("best", table.best(standings).map(Standing::json).orElse(null));
    return json;
  }
}
