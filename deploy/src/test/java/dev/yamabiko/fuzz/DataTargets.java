package dev.yamabiko.fuzz;

import dev.yamabiko.data.Augmentations;
import dev.yamabiko.data.DataException;
import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Files of training data, as a job names them. */
final class DataTargets {

  private static final Set<Class<? extends Exception>> REFUSALS = Set.of(DataException.class);
  private static final int EXAMPLES = 6;

  private DataTargets() {}

  /**
   * @param directory where files are written
   */
  static List<FuzzTarget> all(Path directory) throws IOException {
    Path images = Files.write(directory.resolve("images"), idx(EXAMPLES, 2, 3));
    Path labels = Files.write(directory.resolve("labels"), idx(EXAMPLES));
    Path file = directory.resolve("fuzzed");
    Path folder = Files.createDirectories(directory.resolve("classes"));
    Path pictures = Files.createDirectories(folder.resolve("one"));
    Files.write(
        Files.createDirectories(folder.resolve("two")).resolve("b.png"),
        picture("png", BufferedImage.TYPE_INT_RGB));
    // Decompressed, a thousand bytes are a million.
    Allowance packed = new Allowance(8 << 20, 8192);
    return List.of(
        FuzzTarget.of(
            "idx",
            input -> {
              Files.write(file, input);
              boolean asLabels = input.length % 2 == 1;
              load(new DataSource.Idx(asLabels ? images : file, asLabels ? file : labels), input);
            },
            REFUSALS,
            List.of(
                idx(EXAMPLES, 2, 3),
                idx(EXAMPLES, 6),
                idx(EXAMPLES, 1, 2, 3),
                gzip(idx(EXAMPLES, 2, 3))),
            packed),
        FuzzTarget.of(
                "csv",
                input -> {
                  Files.write(file, input);
                  load(table(file, input.length), input);
                },
                REFUSALS,
                tables(),
                packed)
            .withWords(
                "a",
                "b",
                "c",
                "x",
                "\"",
                "\"\"",
                ",",
                ";",
                "\n",
                "\r\n",
                "\r",
                "NA",
                "1e400",
                "-0",
                "\ufeff",
                "\u0000",
                "?",
                "Infinity",
                "0x1p3",
                "1,5",
                "\u0661",
                " "),
        FuzzTarget.of(
                "npy",
                input -> {
                  Files.write(file, input);
                  load(npy(file, input.length), input);
                },
                REFUSALS,
                arrays(),
                // A label of a million means a million classes, and they are named.
                new Allowance(192 << 20, 8192))
            .withWords(
                "'descr': '<f4'",
                "'descr': '>i8'",
                "'fortran_order': True",
                "'shape': (3, 4)",
                "'shape': (99999999999,)",
                "'shape': (2147483639, 2147483639)",
                "'|u1'",
                "'<f2'",
                "'<f8'",
                "'|b1'",
                "'O'",
                "(",
                ")",
                ",",
                "}",
                "{",
                "L",
                "\\"),
        FuzzTarget.of(
            "image folders",
            input -> {
              Files.write(pictures.resolve("a.png"), input);
              load(
                  new DataSource.Images(
                      folder, Optional.of(new DataSource.ImageSize(4, 4)), DataSource.Colour.RGB),
                  input);
            },
            REFUSALS,
            pictures(),
            // What a header says is believed up to the limit that documents it, times 4 bytes each.
            new Allowance(2L << 30, 8192)));
  }

  private static void load(DataSource source, byte[] input) {
    DataSpec spec =
        new DataSpec(
            source,
            Optional.empty(),
            Optional.empty(),
            Augmentations.NONE,
            DataSpec.Storage.MEMORY);
    Dataset train = DataLoader.load(spec, input.length).train();
    float[] values = new float[train.inputShape().size()];
    float[] target = new float[train.targets().width()];
    for (int index : new int[] {0, train.size() - 1}) {
      train.readInput(index, values, 0);
      train.readTarget(index, target, 0);
    }
  }

  // --- Samples
  // ------------------------------------------------------------------------------------

  static byte[] idx(int... dimensions) {
    int size = 1;
    for (int d : dimensions) {
      size *= d;
    }
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + size);
    file.put(new byte[] {0, 0, 8, (byte) dimensions.length});
    for (int d : dimensions) {
      file.putInt(d);
    }
    while (file.hasRemaining()) {
      file.put((byte) (file.position() % 5));
    }
    return file.array();
  }

  /** Which of the ways to read a table. */
  private static DataSource.Csv table(Path file, int way) {
    DataSource.Column a = new DataSource.Column.Named("a");
    DataSource.Column b = new DataSource.Column.Named("b");
    DataSource.Column third = new DataSource.Column.Indexed(2);
    boolean labelled = way % 4 == 0;
    boolean series = way % 4 == 1;
    return new DataSource.Csv(
        file,
        way % 4 == 2 ? DataSource.Header.AUTO : DataSource.Header.TRUE,
        way % 8 < 4 ? ',' : ';',
        List.of(),
        labelled ? List.of() : series ? List.of(a) : List.of(third),
        labelled ? Optional.of(third) : Optional.empty(),
        series ? 2 : 0,
        DataSource.Normalization.STANDARD,
        way % 3 == 0 ? DataSource.Normalization.MIN_MAX : DataSource.Normalization.NONE,
        DataSource.MissingValues.values()[way % 3],
        way % 5 == 0 && !series ? List.of(b) : List.of(),
        DataSource.UnknownCategories.ERROR);
  }

  private static List<byte[]> tables() throws IOException {
    List<byte[]> tables = new ArrayList<>();
    StringBuilder text = new StringBuilder("a,b,c\n");
    for (int row = 0; row < 12; row++) {
      text.append(row * 0.5).append(',').append(row % 3).append(',').append(row % 2).append('\n');
    }
    // A length for each of the ways, which blanks at the end provide.
    for (int more = 0; more < 24; more++) {
      char separator = (text.length() + more) % 8 < 4 ? ',' : ';';
      String table = text.toString().replace(',', separator);
      tables.add((table + " ".repeat(more)).getBytes(StandardCharsets.UTF_8));
    }
    return tables;
  }

  /** Labels, targets, or the inputs alone twice over. */
  private static DataSource.Npy npy(Path file, int way) {
    boolean labels = way % 2 == 0;
    return new DataSource.Npy(
        file,
        labels ? Optional.of(file) : Optional.empty(),
        labels ? Optional.empty() : Optional.of(file),
        way % 3 == 0 ? 1 / 255.0 : 1);
  }

  private static List<byte[]> arrays() {
    List<byte[]> arrays = new ArrayList<>();
    for (String type : List.of("<f4", ">f8", "<i4", "|u1", "<i8", "<f2")) {
      for (String shape : List.of("(4,)", "(4, 1)")) {
        for (int version = 1; version <= 3; version++) {
          byte[] array = npy(version, type, shape, 0);
          boolean mayBeLabels = !type.contains("f");
          boolean areLabels = array.length % 2 == 0;
          arrays.add(areLabels && !mayBeLabels ? npy(version, type, shape, 1) : array);
        }
      }
    }
    return arrays;
  }

  static byte[] npy(int version, String type, String shape, int more) {
    String literal =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }%s\n"
            .formatted(type, shape, " ".repeat(more));
    int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
    int width = type.charAt(2) - '0';
    ByteBuffer file =
        ByteBuffer.allocate(8 + lengthBytes + literal.length() + 4 * width)
            .order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) version).put((byte) 0);
    if (version == 1) {
      file.putShort((short) literal.length());
    } else {
      file.putInt(literal.length());
    }
    file.put(literal.getBytes(StandardCharsets.US_ASCII));
    return file.array();
  }

  static List<byte[]> pictures() throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    for (int type :
        new int[] {
          BufferedImage.TYPE_INT_RGB,
          BufferedImage.TYPE_INT_ARGB,
          BufferedImage.TYPE_BYTE_GRAY,
          BufferedImage.TYPE_USHORT_GRAY,
          BufferedImage.TYPE_BYTE_INDEXED,
          BufferedImage.TYPE_BYTE_BINARY
        }) {
      pictures.add(picture("png", type));
    }
    pictures.add(picture("gif", BufferedImage.TYPE_BYTE_INDEXED));
    pictures.add(picture("bmp", BufferedImage.TYPE_INT_RGB));
    pictures.add(picture("jpg", BufferedImage.TYPE_INT_RGB));
    pictures.add(picture("jpg", BufferedImage.TYPE_BYTE_GRAY));
    return pictures;
  }

  static byte[] picture(String format, int type) throws IOException {
    BufferedImage image = new BufferedImage(4, 4, type);
    for (int i = 0; i < 16; i++) {
      image.setRGB(i % 4, i / 4, 0xFF000000 | i * 0x0F1F3F);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, bytes)) {
      throw new IllegalStateException("no %s of type %d".formatted(format, type));
    }
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream packed = new GZIPOutputStream(bytes)) {
      packed.write(content);
    }
    return bytes.toByteArray();
  }
}
