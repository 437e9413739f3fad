package dev.yamabiko.data;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The elements of a .npy file, row-major, all of them finite floats. */
record NpyArray(NpyHeader header, Elements elements) {

  private static final int CHUNK = 1 << 14;

  /**
   * @param scale what each number is multiplied by
   */
  static NpyArray read(Path file, double scale, DataStore store) {
    return SourceFile.read(
        file,
        in -> {
          NpyHeader header = NpyHeader.read(file, in);
          Decoder decoder = new Decoder(header.type(), header.order(), scale);
          Segments content = store.read(header.content(), in);
          Segments rows =
              header.fortran() ? FortranOrder.rowMajor(header, content, store) : content;
          return new NpyArray(header, new Elements(rows, decoder)).checked();
        });
  }

  private NpyArray checked() {
    if (elements.decoder().mayBeNotFinite()) {
      long size = (long) header.examples() * header.exampleSize();
      float[] chunk = new float[CHUNK];
      for (long from = 0; from < size; from += CHUNK) {
        int count = (int) Math.min(CHUNK, size - from);
        elements.read(from, chunk, 0, count);
        for (int i = 0; i < count; i++) {
          if (!Float.isFinite(chunk[i])) {
            throw notFinite(from + i);
          }
        }
      }
    }
    return this;
  }

  private DataException notFinite(long index) {
    double found = elements.original(index);
    return new DataException(
        String.format(
            "%s: expected %s but found %s",
            where(index),
            Double.isFinite(found)
                ? "a number that, scaled, fits 32-bit floats"
                : "a finite number",
            found));
  }

  /** File, example and, where an example has several values, the place in it. */
  private String where(long index) {
    int size = header.exampleSize();
    String example = header.file() + ", example " + index / size;
    List<Integer> shape = header.shape();
    List<String> position = new ArrayList<>();
    long rest = index % size;
    for (int i = shape.size() - 1; i >= 1; i--) {
      position.add(0, Long.toString(rest % shape.get(i)));
      rest /= shape.get(i);
    }
    return position.isEmpty() ? example : example + ", position " + position;
  }

  /**
   * The classes that integers, or truth values as 0 and 1, of shape (n) or (n, 1) number, one per
   * example.
   *
   * @throws DataException if they are real values, or one is negative or absurdly large
   */
  int[] labels(int mostClasses) {
    if (header.type().isFloat()) {
      throw new DataException(
          String.format(
              "%s: expected labels of an integer dtype but found %s; real values are targets",
              header.file(), header.type().numpyName()));
    }
    if (header.shape().size() > 2 || header.exampleSize() != 1) {
      throw new DataException(
          String.format(
              "%s: expected one label per example, a shape of (n,) or (n, 1), but found %s",
              header.file(), header.shapeInWords()));
    }
    int[] labels = new int[header.examples()];
    for (int i = 0; i < labels.length; i++) {
      double label = elements.original(i);
      if (label < 0 || label >= mostClasses) {
        throw new DataException(
            String.format(
                "%s, example %d: expected a class from 0 to %d but found %s",
                header.file(), i, mostClasses - 1, new BigDecimal(label).toPlainString()));
      }
      labels[i] = (int) label;
    }
    return labels;
  }
}
