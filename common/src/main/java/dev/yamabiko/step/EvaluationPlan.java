package dev.yamabiko.step;

/**
 * How a dataset is cut for evaluation: fixed parts of at most 256 examples, so that its statistics,
 * added along the tree over part numbers, do not depend on who evaluates what.
 */
public record EvaluationPlan(int examples) {

  private static final int PART = 256;

  public int parts() {
    return (examples - 1) / PART + 1;
  }

  public int from(int part) {
    return part * PART;
  }

  public int to(int part) {
    return (int) Math.min(examples, (part + 1L) * PART);
  }
}
