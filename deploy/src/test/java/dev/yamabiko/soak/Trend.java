package dev.yamabiko.soak;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures over time, and whether any of them has grown: the median of the last quarter of its
 * samples may be so many times that of the first quarter, and so much more.
 */
final class Trend {

  /**
   * @param factor of the first quarter's median
   * @param more and so much beside
   */
  record Limit(double factor, long more) {
    double of(double first) {
      return factor * first + more;
    }
  }

  static final int FEWEST = 8;

  private final Map<String, List<Long>> samples = new LinkedHashMap<>();
  private final Map<String, Limit> limits = new LinkedHashMap<>();

  void add(String figure, long sample, Limit limit) {
    samples.computeIfAbsent(figure, name -> new ArrayList<>()).add(sample);
    limits.put(figure, limit);
  }

  /** The figures that are beyond their limits; of too few samples nothing is said. */
  List<String> grown() {
    return samples.keySet().stream()
        .filter(name -> samples.get(name).size() >= FEWEST)
        .filter(name -> last(name) > limits.get(name).of(first(name)))
        .toList();
  }

  /** Of the figures that should have been sampled those of which nothing can be said. */
  List<String> unjudged(List<String> figures) {
    return figures.stream()
        .filter(name -> count(name) < FEWEST)
        .map(name -> "%s: %d samples, at least %d are wanted".formatted(name, count(name), FEWEST))
        .toList();
  }

  private int count(String name) {
    return samples.getOrDefault(name, List.of()).size();
  }

  String table() {
    StringBuilder table = new StringBuilder();
    String line = "%-26s %8s %14s %14s %14s  %s%n";
    table.append(line.formatted("figure", "samples", "first quarter", "last quarter", "limit", ""));
    List<String> grown = grown();
    samples.forEach(
        (name, all) -> {
          String verdict = all.size() < FEWEST ? "too few" : grown.contains(name) ? "GROWN" : "ok";
          table.append(
              String.format(
                  Locale.ROOT,
                  "%-26s %8d %14.0f %14.0f %14.0f  %s%n",
                  name,
                  all.size(),
                  first(name),
                  last(name),
                  limits.get(name).of(first(name)),
                  verdict));
        });
    return table.toString();
  }

  private double first(String name) {
    List<Long> all = samples.get(name);
    return median(all.subList(0, quarter(all)));
  }

  private double last(String name) {
    List<Long> all = samples.get(name);
    return median(all.subList(all.size() - quarter(all), all.size()));
  }

  private static int quarter(List<Long> all) {
    return Math.max(1, all.size() / 4);
  }

  private static double median(List<Long> some) {
    List<Long> sorted = some.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
