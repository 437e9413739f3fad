package dev.yamabiko.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * All trials of one run of {@code benchmarks/compare}, from its {@code trials.csv}; a trial that
 * failed has no rate there and none here.
 */
final class Results {

  /** The contestant that the others are peers of. */
  static final String OURS = "yamabiko";

  /** Columns of {@code trials.csv}. */
  static final String HEADER =
      "round,java,contestant,cell,samples_per_second,cores,first_loss,last_loss,steps,"
          + "fastest_half_second";

  private record Key(String java, String contestant, Cell cell) {}

  /** What a trial's result is looked at as. */
  enum Measure {
    /** Samples per second, by the clock. */
    RATE,
    /** Samples per second that the process had a processor: what holds on a busy machine. */
    PER_PROCESSOR_SECOND,
    /**
     * Samples per second in the fastest half second of all rounds: a machine whose cores are shared
     * with others has them alone for moments.
     */
    FASTEST,
    /** Processor time by wall time. */
    CORES
  }

  private record Sample(double rate, double cores, double fastest) {
    double as(Measure measure) {
      return switch (measure) {
        case RATE -> rate;
        case PER_PROCESSOR_SECOND -> rate / cores;
        case FASTEST -> fastest;
        case CORES -> cores;
      };
    }
  }

  /** Of some rounds' values. */
  record Figure(double median, double low, double high, int rounds) {
    static Figure of(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int n = sorted.length;
      return new Figure((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1], n);
    }

    /** As if it were the only one. */
    Figure highest() {
      return new Figure(high, high, high, rounds);
    }
  }

  private final Map<Key, Map<Integer, Sample>> samples = new LinkedHashMap<>();
  private final Set<String> javas = new LinkedHashSet<>();
  private final Set<String> contestants = new LinkedHashSet<>();
  private final Set<Cell> cells = new TreeSet<>();

  Results(List<String> lines) {
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new IllegalArgumentException("expected the header " + HEADER);
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",", -1);
      Key key = new Key(fields[1], fields[2], Cell.parse(fields[3]));
      javas.add(key.java());
      contestants.add(key.contestant());
      cells.add(key.cell());
      if (!fields[4].isEmpty()) {
        samples
            .computeIfAbsent(key, k -> new LinkedHashMap<>())
            .put(
                Integer.valueOf(fields[0]),
                new Sample(
                    Double.parseDouble(fields[4]),
                    Double.parseDouble(fields[5]),
                    Double.parseDouble(fields[9])));
      }
    }
  }

  static Results read(Path file) throws IOException {
    return new Results(Files.readAllLines(file));
  }

  List<String> javas() {
    return List.copyOf(javas);
  }

  /** The trainer first, then as in the file. */
  List<String> contestants() {
    List<String> ordered = new ArrayList<>(contestants);
    if (ordered.remove(OURS)) {
      ordered.add(0, OURS);
    }
    return ordered;
  }

  List<Cell> cells() {
    return List.copyOf(cells);
  }

  /** Empty where no trial succeeded. */
  Optional<Figure> figure(Measure measure, String java, String contestant, Cell cell) {
    return Optional.ofNullable(samples.get(new Key(java, contestant, cell)))
        .map(rounds -> rounds.values().stream().mapToDouble(sample -> sample.as(measure)))
        .map(values -> Figure.of(values.toArray()))
        .map(figure -> measure == Measure.FASTEST ? figure.highest() : figure);
  }

  /** The peer of the highest median. */
  Optional<String> bestPeer(Measure measure, String java, Cell cell) {
    ToDoubleFunction<String> median =
        name -> figure(measure, java, name, cell).map(Figure::median).orElse(Double.NaN);
    return contestants.stream()
        .filter(name -> !name.equals(OURS) && figure(measure, java, name, cell).isPresent())
        .max(Comparator.comparingDouble(median));
  }

  /**
   * Ours by the peer's, round by round, so that a neighbour's load, which changes slowly, goes out
   * of it; the fastest of ours in those rounds by the fastest of the peer's.
   */
  Optional<Figure> ratio(Measure measure, String java, String peer, Cell cell) {
    Map<Integer, Sample> ours = samples.getOrDefault(new Key(java, OURS, cell), Map.of());
    Map<Integer, Sample> theirs = samples.getOrDefault(new Key(java, peer, cell), Map.of());
    List<Integer> both = ours.keySet().stream().filter(theirs::containsKey).toList();
    if (measure == Measure.FASTEST && !both.isEmpty()) {
      return Optional.of(Figure.of(new double[] {fastest(ours, both) / fastest(theirs, both)}));
    }
    double[] ratios =
        both.stream()
            .mapToDouble(r -> ours.get(r).as(measure) / theirs.get(r).as(measure))
            .toArray();
    return ratios.length == 0 ? Optional.empty() : Optional.of(Figure.of(ratios));
  }

  private static double fastest(Map<Integer, Sample> samples, List<Integer> rounds) {
    return rounds.stream().mapToDouble(r -> samples.get(r).fastest()).max().orElseThrow();
  }
}
