package dev.yamabiko.benchmarks.compare;

import dev.yamabiko.benchmarks.compare.Results.Measure;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Samples per second as bars, as an SVG: above the MLP, below the CNN, a group for each cell, a bar
 * for each contestant with a line from the slowest to the fastest round. Text and lines take the
 * colour of what they stand on, light or dark.
 */
final class BarChart {

  private static final int WIDTH = 960;
  private static final int PANEL = 230;
  private static final int LEFT = 70;
  private static final int TOP = 86;
  private static final int GAP = 70;
  private static final List<String> COLOURS =
      List.of("#d1495b", "#30638e", "#5fa8d3", "#edae49", "#8d96a3", "#66a182");

  private final Results results;
  private final String java;
  private final List<String> setting;
  private final StringBuilder svg = new StringBuilder();

  BarChart(Results results, String java, List<String> setting) {
    this.results = results;
    this.java = java;
    this.setting = setting;
  }

  String svg() {
    List<String> lines = setting.stream().flatMap(BarChart::wrapped).toList();
    List<Cell.Model> models = results.cells().stream().map(Cell::model).distinct().toList();
    int height = TOP + models.size() * (PANEL + GAP) + 16 * lines.size() + 10;
    add(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12' fill='#777'>",
        WIDTH, height);
    add("<title>Training throughput beside peers, Java %s</title>", java);
    text(LEFT, 22, "start", 16, "Training throughput, samples per second (Java " + java + ")");
    legend();
    int top = TOP;
    for (Cell.Model model : models) {
      panel(model, top);
      top += PANEL + GAP;
    }
    for (String line : lines) {
      text(LEFT, top, "start", 10, line);
      top += 16;
    }
    add("</svg>");
    return svg.toString();
  }

  /** SVG breaks no lines. */
  private static Stream<String> wrapped(String text) {
    return text.replaceAll("(.{1,160})( |$)", "$1\n").lines();
  }

  private void legend() {
    int x = LEFT;
    for (int i = 0; i < results.contestants().size(); i++) {
      String name = results.contestants().get(i);
      add("<rect x='%d' y='34' width='12' height='12' fill='%s'/>", x, colour(i));
      text(x + 17, 44, "start", 12, name);
      x += 40 + 7 * name.length();
    }
  }

  private void panel(Cell.Model model, int top) {
    List<Cell> cells = results.cells().stream().filter(cell -> cell.model() == model).toList();
    List<String> names = results.contestants();
    double most =
        cells.stream()
            .flatMap(
                cell -> names.stream().map(name -> results.figure(Measure.RATE, java, name, cell)))
            .flatMap(Optional::stream)
            .mapToDouble(Results.Figure::high)
            .max()
            .orElse(1);
    double tick = tick(most);
    double scale = PANEL / most;
    int bottom = top + PANEL;
    text(LEFT, top - 8, "start", 13, model.name());
    for (double value = 0; value <= most; value += tick) {
      double y = bottom - value * scale;
      add(
          "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#777' stroke-opacity='0.3'/>",
          LEFT, WIDTH, y, y);
      text(LEFT - 6, y + 4, "end", 11, String.format(Locale.ROOT, "%,.0f", value));
    }
    double group = (double) (WIDTH - LEFT) / cells.size();
    double bar = group * 0.84 / names.size();
    for (int c = 0; c < cells.size(); c++) {
      Cell cell = cells.get(c);
      double x = LEFT + c * group + group * 0.08;
      for (int i = 0; i < names.size(); i++) {
        Optional<Results.Figure> figure = results.figure(Measure.RATE, java, names.get(i), cell);
        if (figure.isPresent()) {
          bar(figure.get(), x + i * bar, bar, bottom, scale, colour(i));
        }
      }
      text(LEFT + (c + 0.5) * group, bottom + 18, "middle", 11, Report.sizes(cell));
      String ratio =
          results
              .bestPeer(Measure.RATE, java, cell)
              .flatMap(peer -> results.ratio(Measure.RATE, java, peer, cell))
              .map(r -> String.format(Locale.ROOT, "%.2f x the best peer", r.median()))
              .orElse("");
      text(LEFT + (c + 0.5) * group, bottom + 34, "middle", 11, ratio);
    }
  }

  private void bar(
      Results.Figure figure, double x, double width, int bottom, double scale, String colour) {
    add(
        "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>",
        x, bottom - figure.median() * scale, width - 1, figure.median() * scale, colour);
    double middle = x + (width - 1) / 2;
    add(
        "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='#777'/>",
        middle, middle, bottom - figure.low() * scale, bottom - figure.high() * scale);
  }

  /** 1, 2 or 5 times a power of ten, so that there are four to ten of them. */
  static double tick(double most) {
    double power = Math.pow(10, Math.floor(Math.log10(most)));
    double leading = most / power;
    return leading >= 5 ? power : leading >= 2 ? power / 2 : power / 5;
  }

  private static String colour(int i) {
    return COLOURS.get(i % COLOURS.size());
  }

  private void text(double x, double y, String anchor, int size, String content) {
    String escaped = content.replace("&", "&amp;").replace("<", "&lt;");
    add(
        "<text x='%.1f' y='%.1f' text-anchor='%s' font-size='%d'>%s</text>",
        x, y, anchor, size, escaped);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
