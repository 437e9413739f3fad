package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.AllocatedBytes;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoded pixels, whatever the file's own layout. */
class ImageFileTest {

  @TempDir private Path directory;

  private int[] rgb(String name, BufferedImage image) {
    return unsigned(
        ImageFile.read(ImageFiles.write(directory.resolve(name), image), DataSource.Colour.RGB));
  }

  private int[] grey(String name, BufferedImage image) {
    return unsigned(
        ImageFile.read(ImageFiles.write(directory.resolve(name), image), DataSource.Colour.GREY));
  }

  private static int[] unsigned(BytePlanes planes) {
    int[] values = new int[planes.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = planes.values()[i] & 0xFF;
    }
    return values;
  }

  private String error(Path file) {
    return Loading.errorOf(() -> ImageFile.read(file, DataSource.Colour.RGB))
        .replace(directory + "/", "");
  }

  private static BufferedImage noise(int type) {
    BufferedImage image = new BufferedImage(40, 30, type);
    Random random = new Random(1);
    for (int i = 0; i < 1200; i++) {
      image.setRGB(i % 40, i / 40, random.nextInt());
    }
    return image;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "a.bmp", "a.PNG"})
  void shouldReadExactPixelsPlaneByPlane(String name) {
    assertArrayEquals(
        new int[] {1, 4, 7, 250, 2, 5, 8, 251, 3, 6, 9, 252},
        rgb(name, ImageFiles.rgb(2, 0x010203, 0x040506, 0x070809, 0xFAFBFC)));
  }

  @Test
  void shouldReadPalettesAndTheirTransparency() {
    BufferedImage palette = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED);
    palette.setRGB(0, 0, 0xFF3300CC);
    palette.setRGB(1, 0, 0xFFFFFFFF);
    assertArrayEquals(new int[] {0x33, 255, 0, 255, 0xCC, 255}, rgb("a.gif", palette));
    assertArrayEquals(new int[] {0x33, 255, 0, 255, 0xCC, 255}, rgb("a.png", palette));
    BufferedImage clear = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    clear.setRGB(0, 0, 0xFFFF0000);
    assertArrayEquals(new int[] {255, 255, 0, 255, 0, 255}, rgb("b.gif", clear));
  }

  @Test
  void shouldTakeGreySamplesAsTheyAre() {
    BufferedImage grey =
        ImageFiles.samples(
            new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY), new int[] {0, 100, 255});
    assertArrayEquals(new int[] {0, 100, 255}, grey("a.png", grey));
    assertArrayEquals(new int[] {0, 100, 255, 0, 100, 255, 0, 100, 255}, rgb("a.png", grey));
    BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    bits.setRGB(1, 0, 0xFFFFFFFF);
    assertArrayEquals(new int[] {0, 255}, grey("bits.png", bits));
  }

  @Test
  void shouldRoundSixteenBitsToEight() {
    BufferedImage grey =
        ImageFiles.samples(
            new BufferedImage(4, 1, BufferedImage.TYPE_USHORT_GRAY),
            new int[] {128, 129, 100 * 257, 65535});
    // 65535 / 255 = 257: what is above half of that becomes 1.
    assertArrayEquals(new int[] {0, 1, 100, 255}, grey("a.png", grey));
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 1, 1, 3, null);
    BufferedImage colours =
        ImageFiles.samples(
            new BufferedImage(model, raster, false, null), new int[] {257, 514, 65535});
    assertArrayEquals(new int[] {1, 2, 255}, rgb("b.png", colours));
  }

  @Test
  void shouldLayTransparentPixelsOnWhite() {
    // Half-transparent black (a = 128): 127 of white is left.
    assertArrayEquals(
        new int[] {127, 255, 10, 127, 255, 20, 127, 255, 30},
        rgb("a.png", ImageFiles.argb(3, 0x80000000, 0x00112233, 0xFF0A141E)));
  }

  @Test
  void shouldLayTransparentGreyOnWhite() {
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_BYTE);
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 2, 1, 2, null);
    BufferedImage image =
        ImageFiles.samples(
            new BufferedImage(model, raster, false, null), new int[] {100, 255, 100, 51});
    // (51 * 100 + 204 * 255) / 255 = 224.
    assertArrayEquals(new int[] {100, 224}, grey("a.png", image));
  }

  @Test
  void shouldWeighColoursByTheirLuma() {
    // 76.245, 149.685, 29.07 and 0.299 + 0.587 + 0.114 = 1 of 200.
    assertArrayEquals(
        new int[] {76, 150, 29, 200},
        grey("a.png", ImageFiles.rgb(4, 0xFF0000, 0x00FF00, 0x0000FF, 0xC8C8C8)));
  }

  @Test
  void shouldReadJpegWithinItsLoss() {
    int[] pixels = new int[16 * 16];
    Arrays.fill(pixels, 0xC86432);
    int[] values = rgb("a.jpg", ImageFiles.rgb(16, pixels));
    for (int i = 0; i < values.length; i++) {
      assertEquals(new int[] {200, 100, 50}[i / 256], values[i], 4);
    }
  }

  @Test
  void shouldTakeGreyJpegSamplesAsTheyAre() {
    int[] samples = new int[64];
    Arrays.fill(samples, 100);
    BufferedImage grey =
        ImageFiles.samples(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), samples);
    for (int value : grey("a.jpeg", grey)) {
      assertEquals(100, value, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.png", "a.jpg", "a.gif", "a.bmp"})
  void shouldSayWhenAFileIsCut(String name) throws IOException {
    int type = name.endsWith("gif") ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_INT_RGB;
    Path file = ImageFiles.write(directory.resolve(name), noise(type));
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {12, whole.length / 4, whole.length / 2, whole.length - 25}) {
      Files.write(file, Arrays.copyOf(whole, length));
      String error = error(file);
      assertTrue(
          error.equals(name + ": the image ends early; is the file truncated?")
              || error.startsWith(name + ": the image cannot be decoded: ")
              || error.equals(
                  name + ": expected a PNG, JPEG, GIF or BMP image but found something else"),
          error);
    }
  }

  @Test
  void shouldMakeNoRoomForPixelsThatABmpLacks() throws IOException {
    Path file = ImageFiles.write(directory.resolve("a.bmp"), noise(BufferedImage.TYPE_3BYTE_BGR));
    byte[] bytes = Files.readAllBytes(file);
    // A file of a gigabyte with 4 x 16,776,964 pixels of three bytes.
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(2, 1 << 30).putInt(18, 4).putInt(22, 16_776_964);
    Files.write(file, bytes);
    long before = AllocatedBytes.ofThisThread();
    assertEquals("a.bmp: the image ends early; is the file truncated?", error(file));
    assertTrue(AllocatedBytes.ofThisThread() - before < 10_000_000);
  }

  /** Rows end with padding, which the last one may lack. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_USHORT_565_RGB
      })
  void shouldReadABmpUpToItsLastPixel(int type) throws IOException {
    BufferedImage image = new BufferedImage(5, 3, type);
    image.setRGB(4, 2, 0xFFFFFFFF);
    Path file = ImageFiles.write(directory.resolve("a.bmp"), image);
    int[] values = unsigned(ImageFile.read(file, DataSource.Colour.RGB));
    byte[] whole = Files.readAllBytes(file);
    int row = (5 * image.getColorModel().getPixelSize() + 7) / 8;
    int padding = (4 - row % 4) % 4;
    Files.write(file, Arrays.copyOf(whole, whole.length - padding));
    assertArrayEquals(values, unsigned(ImageFile.read(file, DataSource.Colour.RGB)));
    Files.write(file, Arrays.copyOf(whole, whole.length - padding - 1));
    assertEquals("a.bmp: the image ends early; is the file truncated?", error(file));
  }

  @Test
  void shouldSuspectTruncationInHalfAJpeg() throws IOException {
    Path file = ImageFiles.write(directory.resolve("a.jpg"), noise(BufferedImage.TYPE_INT_RGB));
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertEquals("a.jpg: the image ends early; is the file truncated?", error(file));
  }

  /** An 8x8 JPEG of four channels, which Java takes for inverted CMYK. */
  private static byte[] fourChannels(int... pixel) throws IOException {
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 4, null);
    for (int i = 0; i < 64; i++) {
      raster.setPixel(i % 8, i / 8, pixel);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(raster, null, null), null);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  @Test
  void shouldReadCmykWithoutAProfile() throws IOException {
    Path file = Files.write(directory.resolve("a.jpg"), fourChannels(200, 100, 50, 128));
    int[] values = unsigned(ImageFile.read(file, DataSource.Colour.RGB));
    for (int i = 0; i < values.length; i++) {
      // 255 - C = 200 and 255 - K = 128: 200 * 128 / 255 = 100.4.
      assertEquals(new int[] {100, 50, 25}[i / 64], values[i], 2);
    }
  }

  @Test
  void shouldAskForRgbWhenTheChannelsOfAJpegAreUnknown() throws IOException {
    byte[] jpeg = fourChannels(1, 2, 3, 4);
    ByteArrayOutputStream marked = new ByteArrayOutputStream();
    marked.write(jpeg, 0, 2);
    // Adobe's marker: the transform for three channels.
    marked.write(
        new byte[] {-1, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 1});
    marked.write(jpeg, 2, jpeg.length - 2);
    Path file = Files.write(directory.resolve("a.jpg"), marked.toByteArray());
    assertEquals(
        "a.jpg: the image cannot be decoded: Unsupported Image Type; convert the file to RGB or"
            + " grey",
        error(file));
  }

  @Test
  void shouldSayWhenAFileIsNoImage() throws IOException {
    Path text = Files.writeString(directory.resolve("a.png"), "not an image");
    assertEquals(
        "a.png: expected a PNG, JPEG, GIF or BMP image but found something else", error(text));
    Path empty = Files.writeString(directory.resolve("b.jpg"), "");
    assertEquals(
        "b.jpg: expected a PNG, JPEG, GIF or BMP image but found an empty file", error(empty));
  }

  @Test
  void shouldNotTrustAHeaderWithGigabytes() throws IOException {
    assertEquals(
        "a.png: expected an image of at most 134217728 pixels but the header says 50000x100000",
        error(header(100_000, 50_000)));
  }

  @Test
  void shouldSayWhatIsWrongWithAHeaderOfNoPixels() throws IOException {
    String expected =
        "a.png: expected an image of 1 to 2147483647 pixels to a side but the header says ";
    assertEquals(expected + "0x0", error(header(0, 0)));
    assertEquals(expected + "0x9", error(header(9, 0)));
    assertEquals(expected + "9x4294967295", error(header(-1, 9)));
  }

  /** A PNG whose samples are missing. */
  private Path header(int width, int height) throws IOException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(chunk);
    out.writeBytes("IHDR");
    out.writeInt(width);
    out.writeInt(height);
    out.write(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(chunk.toByteArray());
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    DataOutputStream all = new DataOutputStream(png);
    all.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    all.writeInt(13);
    all.write(chunk.toByteArray());
    all.writeInt((int) crc.getValue());
    all.writeInt(0);
    all.writeBytes("IDAT");
    all.writeInt(0x35AF061E);
    return Files.write(directory.resolve("a.png"), png.toByteArray());
  }
}
