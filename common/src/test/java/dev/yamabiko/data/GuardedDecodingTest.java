package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever lets a stranger's image be decoded can end that, whatever the file makes of it. */
class GuardedDecodingTest {

  private static final int WIDTH = 64;
  private static final int HEIGHT = 48;

  @TempDir private Path directory;

  private static final class EndException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends the decoding when it is asked for the last time that it allows. */
  private static final class Counting implements DecodingGuard {
    private final EndException end = new EndException();
    private final int allowed;
    private ImageFile.Size size;
    private int asked;

    Counting(int allowed) {
      this.allowed = allowed;
    }

    @Override
    public void sized(int height, int width) {
      size = new ImageFile.Size(height, width);
    }

    @Override
    public void goesOn() {
      asked++;
      if (asked >= allowed) {
        throw end;
      }
    }
  }

  private static BufferedImage noise() {
    Random random = new Random(7);
    return ImageFiles.rgb(WIDTH, random.ints(WIDTH * HEIGHT, 0, 1 << 24).toArray());
  }

  private static BytePlanes read(byte[] content, DecodingGuard guard) {
    return ImageFile.read("it", new ByteArrayInputStream(content), DataSource.Colour.RGB, guard);
  }

  /** A JPEG whose last scan comes again and again. */
  private static byte[] scans(int times) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam progressive = writer.getDefaultWriteParam();
      progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      writer.setOutput(out);
      writer.write(null, new IIOImage(noise(), null, null), progressive);
    } finally {
      writer.dispose();
    }
    byte[] jpeg = file.toByteArray();
    int end = jpeg.length - 2;
    int last = end;
    // Within a scan a byte of ones is followed by a zero, so this is the beginning of the last one.
    while (jpeg[last] != (byte) 0xFF || jpeg[last + 1] != (byte) 0xDA) {
      last--;
    }
    ByteArrayOutputStream repeated = new ByteArrayOutputStream();
    repeated.write(jpeg, 0, last);
    for (int i = 0; i < times; i++) {
      repeated.write(jpeg, last, end - last);
    }
    repeated.write(jpeg, end, 2);
    return repeated.toByteArray();
  }

  @Test
  void shouldBeAskedAtEveryRowOfEveryScan() throws IOException {
    Counting once = new Counting(Integer.MAX_VALUE);
    BytePlanes image = read(scans(1), once);
    Counting often = new Counting(Integer.MAX_VALUE);
    byte[] content = scans(301);
    assertEquals(HEIGHT, read(content, often).height());
    assertEquals(new ImageFile.Size(HEIGHT, WIDTH), often.size);
    assertTrue(often.asked - once.asked >= 300 * HEIGHT, once.asked + " and " + often.asked);
    Counting half = new Counting(often.asked / 2);
    assertSame(half.end, assertThrows(EndException.class, () -> read(content, half)));
    assertEquals(half.allowed, half.asked);
    // The one who decodes his own file sees the same.
    Path file = Files.write(directory.resolve("a.jpg"), scans(1));
    assertArrayEquals(ImageFile.read(file, DataSource.Colour.RGB).values(), image.values());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "a.jpg", "a.gif", "a.bmp"})
  void shouldEndADecodingAtAnyTime(String name) throws IOException {
    byte[] content = Files.readAllBytes(ImageFiles.write(directory.resolve(name), noise()));
    Counting whole = new Counting(Integer.MAX_VALUE);
    read(content, whole);
    assertTrue(whole.asked > HEIGHT, whole.asked + " times");
    for (int allowed = 1; allowed <= whole.asked; allowed++) {
      Counting some = new Counting(allowed);
      assertSame(some.end, assertThrows(EndException.class, () -> read(content, some)));
      assertEquals(allowed, some.asked);
    }
  }

  @Test
  void shouldTellTheSizeBeforeAnythingIsDecoded() throws IOException {
    byte[] content = Files.readAllBytes(ImageFiles.write(directory.resolve("a.png"), noise()));
    EndException end = new EndException();
    DecodingGuard small =
        new DecodingGuard() {
          @Override
          public void sized(int height, int width) {
            throw end;
          }

          @Override
          public void goesOn() {}
        };
    // Without its second half it cannot be decoded.
    byte[] half = Arrays.copyOf(content, content.length / 2);
    assertSame(end, assertThrows(EndException.class, () -> read(half, small)));
    assertEquals(
        "it: the image ends early; is the file truncated?",
        Loading.errorOf(() -> read(half, DecodingGuard.NONE)));
  }

  /** Java would make room for as much as the header says, here 2 GB, and read this into it. */
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void shouldRefuseABitmapThatHoldsAnotherFile(int compression) throws IOException {
    byte[] bmp = Files.readAllBytes(ImageFiles.write(directory.resolve("a.bmp"), noise()));
    assertEquals(40, bmp[14]);
    bmp[28] = 0;
    bmp[30] = (byte) compression;
    Arrays.fill(bmp, 34, 38, (byte) 0x7F);
    assertEquals(
        "it: expected a BMP of pixels but found one that holds a JPEG or PNG; give that",
        Loading.errorOf(() -> read(bmp, DecodingGuard.NONE)));
  }
}
