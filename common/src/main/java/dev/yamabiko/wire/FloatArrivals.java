package dev.yamabiko.wire;

/** The transfers of floats that arrive on one connection, one after the other. */
final class FloatArrivals {

  private FloatAssembly arriving;

  /** Forgets what is half there. */
  void begin(FloatAssembly next, FloatRun first) throws BulkException {
    arriving = next;
    add(0, first);
  }

  void next(BulkFrame.FloatsNext next) throws BulkException {
    if (arriving == null) {
      throw new BulkException("floats that belong to no transfer");
    }
    add(next.at(), next.floats());
  }

  void drop() {
    arriving = null;
  }

  private void add(int at, FloatRun floats) throws BulkException {
    if (arriving.add(at, floats)) {
      arriving = null;
    }
  }
}
