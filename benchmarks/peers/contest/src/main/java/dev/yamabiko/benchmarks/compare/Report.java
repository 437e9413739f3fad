package dev.yamabiko.benchmarks.compare;

import dev.yamabiko.benchmarks.compare.Results.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes {@code results.md}, {@code results.csv} and one {@code results-JAVA.svg} for each Java of
 * the {@code trials.csv} in a directory, and prints the first. The lines of {@code setting.txt}
 * there, commit, machine, flags, stand in all of them but the CSV file.
 */
final class Report {

  private final Results results;
  private final List<String> setting;

  private Report(Results results, List<String> setting) {
    this.results = results;
    this.setting = setting;
  }

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    Report report =
        new Report(
            Results.read(directory.resolve("trials.csv")),
            Files.readAllLines(directory.resolve("setting.txt")));
    String markdown = report.markdown();
    Files.writeString(directory.resolve("results.md"), markdown);
    Files.writeString(directory.resolve("results.csv"), report.csv());
    for (String java : report.results.javas()) {
      Files.writeString(
          directory.resolve("results-%s.svg".formatted(java)),
          new BarChart(report.results, java, report.setting).svg());
    }
    System.out.print(markdown);
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    for (String java : results.javas()) {
      text.append("## Java ").append(java).append("\n\n");
      text.append("Samples per second: median of the rounds (lowest - highest).\n\n");
      table(text, Measure.RATE, java);
      text.append("Samples per second of processor time, which a busy machine changes less.\n\n");
      table(text, Measure.PER_PROCESSOR_SECOND, java);
      text.append(
          "Samples per second in the fastest half second of all rounds, as if on a machine");
      text.append(" of one's own.\n\n");
      table(text, Measure.FASTEST, java);
    }
    setting.forEach(line -> text.append("- ").append(line).append('\n'));
    return text.toString();
  }

  private void table(StringBuilder text, Measure measure, String java) {
    text.append("| cell | ").append(String.join(" | ", results.contestants()));
    text.append(" | best peer | ratio to it |\n");
    text.append("|---".repeat(results.contestants().size() + 3)).append("|\n");
    for (Cell cell : results.cells()) {
      text.append(row(measure, java, cell));
    }
    text.append('\n');
  }

  private String row(Measure measure, String java, Cell cell) {
    String rates =
        results.contestants().stream()
            .map(name -> results.figure(measure, java, name, cell))
            .map(figure -> figure.map(Report::rate).orElse("failed"))
            .collect(Collectors.joining(" | "));
    Optional<String> peer = results.bestPeer(measure, java, cell);
    String ratio =
        peer.flatMap(name -> results.ratio(measure, java, name, cell))
            .map(r -> fixed("**%.2f**", r.median()) + spread("%.2f", r))
            .orElse("");
    return "| %s | %s | %s | %s |\n".formatted(words(cell), rates, peer.orElse(""), ratio);
  }

  private static String words(Cell cell) {
    return cell.model() + ", " + sizes(cell);
  }

  static String sizes(Cell cell) {
    return "batch %d, %d thread%s"
        .formatted(cell.batch(), cell.threads(), cell.threads() == 1 ? "" : "s");
  }

  private static String rate(Results.Figure figure) {
    return fixed("%,.0f", figure.median()) + spread("%,.0f", figure);
  }

  /** Where there is one. */
  private static String spread(String format, Results.Figure figure) {
    return figure.low() == figure.high()
        ? ""
        : fixed(" (" + format + " - " + format + ")", figure.low(), figure.high());
  }

  private String csv() {
    StringBuilder text =
        new StringBuilder(
            "java,cell,contestant,measure,rounds,median,lowest,highest,our_ratio_to_it\n");
    for (String java : results.javas()) {
      for (Cell cell : results.cells()) {
        for (String name : results.contestants()) {
          for (Measure measure : Measure.values()) {
            results
                .figure(measure, java, name, cell)
                .ifPresent(figure -> text.append(line(measure, java, cell, name, figure)));
          }
        }
      }
    }
    return text.toString();
  }

  private String line(Measure measure, String java, Cell cell, String name, Results.Figure figure) {
    return fixed(
        "%s,%s,%s,%s,%d,%.2f,%.2f,%.2f,%s%n",
        java,
        cell,
        name,
        measure.name().toLowerCase(Locale.ROOT),
        figure.rounds(),
        figure.median(),
        figure.low(),
        figure.high(),
        results.ratio(measure, java, name, cell).map(r -> fixed("%.3f", r.median())).orElse(""));
  }

  private static String fixed(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
