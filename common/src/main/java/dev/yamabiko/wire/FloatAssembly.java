package dev.yamabiko.wire;

/** A transfer of floats that is arriving; whoever holds it drops it when it is of no use. */
final class FloatAssembly {

  private final float[] target;
  private final Runnable whole;
  private int received;

  /**
   * @param target takes all floats
   * @param whole called with the last one
   */
  FloatAssembly(float[] target, Runnable whole) {
    this.target = target;
    this.whole = whole;
  }

  /** Whether that was all. */
  boolean add(int at, Floats run) throws BulkException {
    if (at != received || run.length() > target.length - received) {
      throw new BulkException(
          "floats [%d, %d) arrive where [%d, %d) are missing"
              .formatted(at, (long) at + run.length(), received, target.length));
    }
    run.copyTo(target, at);
    received += run.length();
    if (received < target.length) {
      if (run.length() == 0) {
        throw new BulkException("a frame without floats in the middle of a transfer");
      }
      return false;
    }
    whole.run();
    return true;
  }
}
