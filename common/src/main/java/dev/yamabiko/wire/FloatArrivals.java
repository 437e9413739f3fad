package dev.yamabiko.wire;

/** The transfers of floats that arrive on one connection, one after the other. */
final class FloatArrivals {

  private FloatAssembly arriving;

  /**
   * Forgets what is half there.
   *
   * @param total floats of the transfer; where its first ones are bfloat16 they follow a frame
   *     without any
   */
  void begin(FloatAssembly next, int total, FloatRun first) throws BulkException {
    arriving = next;
    if (first.length() > 0 || total == 0) {
      add(0, first);
    }
  }

  void next(int at, Floats floats) throws BulkException {
    if (arriving == null) {
      throw new BulkException("floats that belong to no transfer");
    }
    add(at, floats);
  }

  void drop() {
    arriving = null;
  }

  private void add(int at, Floats floats) throws BulkException {
    if (arriving.add(at, floats)) {
      arriving = null;
    }
  }
}
