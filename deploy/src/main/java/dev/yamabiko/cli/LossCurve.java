package dev.yamabiko.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Losses over epochs, drawn in text: training as a line (of braille dots, 2 by 4 in each character,
 * or of asterisks), validation as one mark per epoch. The scale is logarithmic where the losses
 * span more than a factor of 10.
 */
final class LossCurve {

  private static final int ROWS = 9;
  private static final int LABEL = 9;
  private static final double LOGARITHMIC_FROM = 10;

  private final List<LossHistory.Point> train;
  private final List<LossHistory.Point> validation;
  private final boolean unicode;
  private final int width;
  private final double epochs;
  private final double low;
  private final double high;
  private final boolean logarithmic;

  private LossCurve(
      List<LossHistory.Point> train,
      List<LossHistory.Point> validation,
      int columns,
      boolean unicode) {
    this.train = drawable(train);
    this.validation = drawable(validation);
    this.unicode = unicode;
    width = Math.max(18, Math.min(72, columns - 1) - LABEL - 2);
    epochs = Math.max(1, Math.ceil(all().mapToDouble(LossHistory.Point::epoch).max().orElse(1)));
    double min = losses().min().orElse(0);
    double max = losses().max().orElse(1);
    logarithmic = min > 0 && max / min > LOGARITHMIC_FROM;
    low = scaled(min);
    high = max > min ? scaled(max) : low + 1;
  }

  /** Empty where there is nothing to draw a line through. */
  static String draw(
      List<LossHistory.Point> train,
      List<LossHistory.Point> validation,
      int columns,
      boolean unicode) {
    LossCurve curve = new LossCurve(train, validation, columns, unicode);
    return curve.train.size() + curve.validation.size() < 2 ? "" : curve.render();
  }

  private static List<LossHistory.Point> drawable(List<LossHistory.Point> points) {
    return points.stream().filter(p -> p.loss() >= 0 && p.loss() < 1e300).toList();
  }

  private Stream<LossHistory.Point> all() {
    return Stream.concat(train.stream(), validation.stream());
  }

  private DoubleStream losses() {
    return all().mapToDouble(LossHistory.Point::loss);
  }

  private double scaled(double loss) {
    return logarithmic ? Math.log(loss) : loss;
  }

  private String render() {
    char[][] cells = new char[ROWS][width];
    for (char[] row : cells) {
      Arrays.fill(row, ' ');
    }
    drawTrain(cells);
    for (LossHistory.Point point : validation) {
      int column = (int) Math.min(width - 1, point.epoch() / epochs * width);
      cells[row(point.loss(), ROWS)][column] = unicode ? '●' : 'o';
    }
    StringBuilder text = new StringBuilder();
    text.append(" ".repeat(LABEL - 4)).append("loss").append(logarithmic ? " (log scale)\n" : "\n");
    for (int row = 0; row < ROWS; row++) {
      text.append(label(row)).append(unicode ? " ┤" : " |");
      text.append(new String(cells[row]).stripTrailing()).append('\n');
    }
    text.append(" ".repeat(LABEL)).append(unicode ? " └" : " +");
    text.append((unicode ? "─" : "-").repeat(width)).append('\n');
    String end = "epoch " + (long) epochs;
    text.append(" ".repeat(LABEL + 2)).append('0');
    text.append(" ".repeat(Math.max(1, width - 1 - end.length()))).append(end).append('\n');
    text.append(" ".repeat(LABEL + 2)).append(unicode ? "⠒ train" : "* train");
    if (!validation.isEmpty()) {
      text.append(unicode ? "   ● validation" : "   o validation");
    }
    return text.append('\n').toString();
  }

  /** Every second row says which loss it stands for. */
  private String label(int row) {
    if (row % 2 == 1) {
      return " ".repeat(LABEL);
    }
    double at = high - (high - low) * row / (ROWS - 1);
    double loss = logarithmic ? Math.exp(at) : at;
    return String.format(Locale.ROOT, "%" + LABEL + ".3g", loss);
  }

  /** 0 is the top. */
  private int row(double loss, int rows) {
    double height = (scaled(loss) - low) / (high - low);
    return (int) Math.round((1 - height) * (rows - 1));
  }

  private void drawTrain(char[][] cells) {
    int across = unicode ? 2 : 1;
    int down = unicode ? 4 : 1;
    double[] heights = heights(width * across);
    int before = -1;
    for (int x = 0; x < heights.length; x++) {
      if (Double.isNaN(heights[x])) {
        continue;
      }
      int y = row(heights[x], ROWS * down);
      int from = before < 0 ? y : before + Integer.signum(y - before);
      for (int at = Math.min(from, y); at <= Math.max(from, y); at++) {
        plot(cells, x, at);
      }
      before = y;
    }
  }

  private void plot(char[][] cells, int x, int y) {
    if (unicode) {
      char old = cells[y / 4][x / 2];
      cells[y / 4][x / 2] = (char) ((old == ' ' ? 0x2800 : old) | dot(x % 2, y % 4));
    } else {
      cells[y][x] = '*';
    }
  }

  /** The bit of a dot in a braille character: three rows column by column, then the fourth row. */
  private static int dot(int x, int y) {
    return y < 3 ? 1 << (3 * x + y) : 0x40 << x;
  }

  /** The mean loss over each dot's width; between points, on the straight line. */
  private double[] heights(int dots) {
    double[] sums = new double[dots];
    int[] counts = new int[dots];
    for (LossHistory.Point point : train) {
      int x = (int) Math.min(dots - 1, point.epoch() / epochs * dots);
      sums[x] += point.loss();
      counts[x]++;
    }
    double[] heights = new double[dots];
    Arrays.fill(heights, Double.NaN);
    int before = -1;
    for (int x = 0; x < dots; x++) {
      if (counts[x] == 0) {
        continue;
      }
      heights[x] = sums[x] / counts[x];
      for (int between = before + 1; before >= 0 && between < x; between++) {
        double part = (double) (between - before) / (x - before);
        heights[between] = heights[before] + part * (heights[x] - heights[before]);
      }
      before = x;
    }
    return heights;
  }
}
