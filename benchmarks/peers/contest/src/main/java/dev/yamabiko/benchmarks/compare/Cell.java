package dev.yamabiko.benchmarks.compare;

import java.util.Comparator;
import java.util.Locale;

/**
 * What is trained in one trial; {@code mlp-32-1} is the multilayer perceptron in batches of 32 on
 * one thread.
 */
public record Cell(Model model, int batch, int threads) implements Comparable<Cell> {

  /** The two models; both see images of shape [1, 28, 28] and end in 10 classes. */
  public enum Model {
    /** 784-512-256-10, relu between. */
    MLP,
    /**
     * conv 3x3 of 32, relu, max-pool 2, conv 3x3 of 64, relu, max-pool 2, dense 1600-128, relu,
     * dense 128-10; no padding.
     */
    CNN
  }

  private static final Comparator<Cell> ORDER =
      Comparator.comparing(Cell::model).thenComparing(Cell::threads).thenComparing(Cell::batch);

  /**
   * @throws IllegalArgumentException if the text names no cell
   */
  public static Cell parse(String text) {
    if (!text.matches("(mlp|cnn)-[1-9]\\d{0,4}-[1-9]\\d?")) {
      throw new IllegalArgumentException(
          "expected a cell as mlp-32-1 (model, batch, threads) but found " + text);
    }
    String[] parts = text.split("-");
    return new Cell(
        Model.valueOf(parts[0].toUpperCase(Locale.ROOT)),
        Integer.parseInt(parts[1]),
        Integer.parseInt(parts[2]));
  }

  public boolean isCnn() {
    return model == Model.CNN;
  }

  @Override
  public int compareTo(Cell other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "%s-%d-%d".formatted(model.name().toLowerCase(Locale.ROOT), batch, threads);
  }
}
