package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Elements whose first index changes fastest, as Fortran and a transposed NumPy array have them.
 */
final class FortranOrder {

  private static final int CHUNK = 1 << 16;

  private FortranOrder() {}

  /** The same elements row-major, where the last index changes fastest. */
  static Segments rowMajor(NpyHeader header, Segments elements, DataStore store) {
    Path file = header.file();
    return store.keep(
        file.toString(),
        "elements in row-major order",
        List.of(file),
        header.content().bytes(),
        out -> write(header, elements, out));
  }

  private static long write(NpyHeader header, Segments elements, OutputStream out)
      throws IOException {
    int rank = header.shape().size();
    int bytes = header.type().bytes();
    long[] strides = new long[rank];
    long length = bytes;
    for (int i = 0; i < rank; i++) {
      strides[i] = length;
      length *= header.shape().get(i);
    }
    int[] index = new int[rank];
    byte[] chunk = new byte[CHUNK];
    int filled = 0;
    long from = 0;
    for (long written = 0; written < length; written += bytes) {
      elements.buffer(from).get(elements.offset(from), chunk, filled, bytes);
      filled += bytes;
      if (filled == CHUNK) {
        out.write(chunk, 0, filled);
        filled = 0;
      }
      // The next index, of which the last place changes fastest.
      for (int i = rank - 1; i >= 0; i--) {
        int size = header.shape().get(i);
        index[i]++;
        from += strides[i];
        if (index[i] < size) {
          break;
        }
        from -= size * strides[i];
        index[i] = 0;
      }
    }
    out.write(chunk, 0, filled);
    return header.examples();
  }
}
