package dev.yamabiko.benchmarks.compare;

/**
 * A model with its data in memory, ready to be trained step by step. Weights begin as He's
 * initialisation has them, biases at zero.
 */
public interface Contestant extends AutoCloseable {

  /** Of plain gradient descent; small enough for both models at every batch size. */
  float LEARNING_RATE = 0.005f;

  /** Makes one; the process belongs to it. */
  interface Maker {
    Contestant make(Cell cell, ImageSet data);
  }

  /**
   * Forward, softmax with cross-entropy, backward, gradient descent on one batch.
   *
   * @param b number of the batch in the data set, which is cut into whole batches
   * @return mean loss of the batch, with the weights before the step
   */
  float step(int b);

  @Override
  void close();

  /**
   * The whole life of a contestant's process: {@code CELL WARM-UP-SECONDS SECONDS}; prints the
   * trial's result.
   */
  static void main(String[] args, Maker maker) {
    Trial trial = Trial.of(args);
    ImageSet data = ImageSet.standard();
    int batches = data.size() / trial.cell().batch();
    try (Contestant contestant = maker.make(trial.cell(), data)) {
      int b = 0;
      while (trial.goesOnAfter(contestant.step(b))) {
        b = (b + 1) % batches;
      }
    }
    System.out.println(trial.result());
  }
}
