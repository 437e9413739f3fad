package dev.yamabiko.nn;

/**
 * A part [from, to) of the flat vector and what a step does to it. The regions of a network cover
 * its flat vector in order.
 *
 * @param momentum of an AVERAGED region, see {@link Buffer}
 */
public record Region(int from, int to, Rule rule, float momentum) {

  /** What a step does. */
  public enum Rule {
    /** The optimizer's step. */
    TRAINED,
    /** Nothing. */
    FROZEN,
    /** A running average, see {@link Buffer}. */
    AVERAGED
  }

  /** The part of this region inside [begin, end), counted from begin; may be empty. */
  public Region within(int begin, int end) {
    int f = Math.max(from, begin);
    int t = Math.max(f, Math.min(to, end));
    return new Region(f - begin, t - begin, rule, momentum);
  }
}
