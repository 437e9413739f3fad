package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxTest {

  @TempDir private Path directory;

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  /** An IDX file of unsigned bytes 0, 1, 2, ... */
  private static byte[] counting(int... dimensions) {
    int size = Arrays.stream(dimensions).reduce(1, (a, b) -> a * b);
    byte[] elements = new byte[size];
    for (int i = 0; i < size; i++) {
      elements[i] = (byte) i;
    }
    return idx(dimensions, elements);
  }

  private static byte[] idx(int[] dimensions, byte... elements) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + elements.length);
    file.putInt(0x0800 | dimensions.length);
    for (int d : dimensions) {
      file.putInt(d);
    }
    return file.put(elements).array();
  }

  private static byte[] labels(int... labels) {
    byte[] elements = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      elements[i] = (byte) labels[i];
    }
    return idx(new int[] {labels.length}, elements);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }

  private DataSource.Idx source(byte[] images, byte[] labels) throws IOException {
    return new DataSource.Idx(file("images", images), file("labels", labels));
  }

  private String error(byte[] images, byte[] labels) throws IOException {
    DataSource source = source(images, labels);
    return errorOf(() -> Loading.load(source)).replace(directory + "/", "");
  }

  @Test
  void shouldScaleBytesToTheUnitInterval() throws IOException {
    byte[] images = idx(new int[] {2, 1, 2}, (byte) 0, (byte) 255, (byte) 51, (byte) 128);
    Dataset data = Loading.load(source(images, labels(1, 0))).train();
    assertArrayEquals(new float[] {0, 1}, input(data, 0));
    assertArrayEquals(new float[] {0.2f, 128 / 255f}, input(data, 1));
    assertArrayEquals(new float[] {1, 0}, targets(data));
    assertEquals(Targets.Classes.numbered(2), data.targets());
  }

  @Test
  void shouldGiveEachNumberOfDimensionsItsShape() throws IOException {
    byte[] labels = labels(0, 1);
    assertEquals(Shape.of(6), Loading.load(source(counting(2, 6), labels)).train().inputShape());
    assertEquals(
        Shape.of(1, 3, 2), Loading.load(source(counting(2, 3, 2), labels)).train().inputShape());
    assertEquals(
        Shape.of(3, 4, 5), Loading.load(source(counting(2, 3, 4, 5), labels)).train().inputShape());
  }

  @Test
  void shouldUnpackGzipByContentNotByName() throws IOException {
    LoadedData packed = Loading.load(source(gzip(counting(3, 2, 2)), gzip(labels(0, 1, 2))));
    LoadedData plain = Loading.load(source(counting(3, 2, 2), labels(0, 1, 2)));
    assertEquals(
        DatasetHash.sha256(plain.train(), plain.validation()),
        DatasetHash.sha256(packed.train(), packed.validation()));
  }

  @Test
  void shouldCountClassesOverTheTrainingPartOnly() throws IOException {
    DataSource source = source(counting(4, 1), labels(0, 1, 2, 3));
    assertEquals(
        "labels, example 3: class '3' does not occur in the training part, whose classes are '0',"
            + " '1', '2'",
        errorOf(() -> Loading.holdOut(source, 0.25, DataSpec.Split.CHRONOLOGICAL))
            .replace(directory + "/", ""));
  }

  @Test
  void shouldSayWhenAFileIsMissingOrADirectory() throws IOException {
    Path images = file("images", counting(1, 1));
    Path none = directory.resolve("none");
    assertEquals(
        none + ": expected a file but there is none",
        errorOf(() -> Loading.load(new DataSource.Idx(images, none))));
    assertEquals(
        directory + ": expected a file but found a directory",
        errorOf(() -> Loading.load(new DataSource.Idx(directory, images))));
    Path endless = Path.of("/dev/zero");
    assumeTrue(Files.exists(endless), endless + " is not there");
    assertEquals(
        endless + ": expected a file but found a pipe or a device",
        errorOf(() -> Loading.load(new DataSource.Idx(endless, images))));
  }

  @Test
  void shouldShowTheBytesWhenTheMagicNumberIsWrong() throws IOException {
    assertEquals(
        "images, byte 0: expected an IDX file of images (00 00 08 02 to 04) but found the bytes 89"
            + " 50 4E 47",
        error(new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 0, 0, 0}, labels(0)));
    assertEquals(
        "labels, byte 0: expected an IDX file of labels (00 00 08 01) but found the bytes 00 00",
        error(counting(1, 1), new byte[2]));
    assertEquals(
        "images, byte 0: expected an IDX file of images (00 00 08 02 to 04) but found an empty"
            + " file",
        error(new byte[0], labels(0)));
  }

  @ParameterizedTest
  @CsvSource({
    "9, 09 (signed byte)",
    "11, 0B (short)",
    "12, 0C (int)",
    "13, 0D (float)",
    "14, 0E (double)",
    "255, FF"
  })
  void shouldNameTheElementTypeWhenItIsNotBytes(int type, String name) throws IOException {
    byte[] images = counting(1, 1);
    images[2] = (byte) type;
    assertEquals(
        "images, byte 2: expected elements of type 08 (unsigned byte) but found type " + name,
        error(images, labels(0)));
  }

  @Test
  void shouldSuspectSwappedFilesWhenDimensionsDoNotFit() throws IOException {
    assertEquals(
        "images, byte 3: expected an IDX file of images (00 00 08 02 to 04) but found 1 dimension;"
            + " is this the labels file?",
        error(labels(0), labels(0)));
    assertEquals(
        "labels, byte 3: expected an IDX file of labels (00 00 08 01) but found 3 dimensions; is"
            + " this the images file?",
        error(counting(1, 1, 1), counting(1, 1, 1)));
  }

  @Test
  void shouldNameExpectedAndFoundBytesWhenTruncated() throws IOException {
    byte[] images = counting(2, 3, 4);
    assertEquals(
        "images is truncated: the header says 2 x 3 x 4 = 24 bytes of data after byte 16 but found"
            + " 20",
        error(Arrays.copyOf(images, images.length - 4), labels(0, 0)));
    assertEquals(
        "images, byte 4: the header is truncated; expected 12 bytes of dimensions but found 6",
        error(Arrays.copyOf(images, 10), labels(0, 0)));
  }

  @Test
  void shouldNotTrustTheHeaderWithGigabytes() throws IOException {
    assertEquals(
        "images is truncated: the header says 1000 x 1000 x 2000 = 2000000000 bytes of data after"
            + " byte 16 but found 3",
        error(idx(new int[] {1000, 1000, 2000}, new byte[3]), labels(0)));
  }

  @Test
  void shouldTakeMoreThanTwoGigabytesAtTheirWord() throws IOException {
    assertEquals(
        "images is truncated: the header says 65536 x 65536 x 3 = 12884901888 bytes of data after"
            + " byte 16 but found 2",
        error(idx(new int[] {65536, 65536, 3}, new byte[2]), labels(0)));
  }

  @Test
  void shouldRefuseTrailingBytes() throws IOException {
    byte[] images = counting(2, 3);
    assertEquals(
        "images: the header says 2 x 3 = 6 bytes of data after byte 12 but 5 bytes more follow",
        error(Arrays.copyOf(images, images.length + 5), labels(0, 0)));
  }

  @Test
  void shouldNameBothCountsWhenImagesAndLabelsDiffer() throws IOException {
    assertEquals(
        "images holds 3 images but labels holds 2 labels; expected as many labels as images",
        error(counting(3, 1), labels(0, 1)));
  }

  @Test
  void shouldRefuseZeroExamplesAndEmptyDimensions() throws IOException {
    assertEquals(
        "images: expected at least one example but the header says 0",
        error(counting(0, 2, 2), labels()));
    assertEquals("images, byte 8: a dimension is 0", error(counting(2, 0), labels(0, 0)));
  }

  @Test
  void shouldRefuseSizesThatOverflow() throws IOException {
    assertEquals(
        "images: expected at most 2147483639 examples of at most 2147483639 values but the header"
            + " says 3 x 65536 x 65536",
        error(idx(new int[] {3, 65536, 65536}), labels(0)));
    assertEquals(
        "images: expected at most 2147483639 examples of at most 2147483639 values but the header"
            + " says 4294967295 x 1",
        error(idx(new int[] {-1, 1}), labels(0)));
  }

  @Test
  void shouldSayWhenGzipIsCorruptOrCut() throws IOException {
    byte[] packed = gzip(counting(100, 10));
    byte[] cut = Arrays.copyOf(packed, packed.length / 2);
    assertEquals("images: the gzip data ends early; is the file truncated?", error(cut, labels(0)));
    byte[] badChecksum = packed.clone();
    badChecksum[packed.length - 6] ^= 1;
    assertEquals(
        "images: the gzip data is corrupt: Corrupt GZIP trailer", error(badChecksum, labels(0)));
    byte[] badData = packed.clone();
    badData[10] = (byte) 0xFF;
    assertEquals("images: the gzip data is corrupt: invalid block type", error(badData, labels(0)));
  }
}
