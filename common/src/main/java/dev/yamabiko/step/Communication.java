package dev.yamabiko.step;

/**
 * In what precision the numbers of a step travel. It is part of the step's definition, whether
 * anything travels or not: a job gives the same bits on one node as on many.
 *
 * @param gradients BFLOAT16: every node of the tree of gradient sums, leaf, inner node or root, is
 *     rounded stochastically ({@link Rounding})
 * @param weights BFLOAT16: gradients are those at the weights rounded to nearest; what is updated,
 *     kept and evaluated are the weights themselves
 */
public record Communication(Format gradients, Format weights) {

  public enum Format {
    FLOAT32,
    BFLOAT16
  }

  /** Everything as it is. */
  public static final Communication EXACT = new Communication(Format.FLOAT32, Format.FLOAT32);
}
