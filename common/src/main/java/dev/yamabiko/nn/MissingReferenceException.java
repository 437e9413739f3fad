package dev.yamabiko.nn;

/** {@code gradcheck} has nothing to differentiate: a layer or loss without its formula. */
public final class MissingReferenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the layer or loss as it describes itself
   */
  public MissingReferenceException(String what) {
    super(what + " cannot be checked: it has no reference formula, which gradcheck differentiates");
  }
}
