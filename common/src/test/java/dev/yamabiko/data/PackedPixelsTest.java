package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.AllocatedBytes;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that say more than their files can hold, and files that hold as much as any can. */
class PackedPixelsTest {

  @TempDir private Path directory;

  private void assertEndsEarlyWithoutRoom(Path file) {
    long before = AllocatedBytes.ofThisThread();
    assertEquals(
        file + ": the image ends early; is the file truncated?",
        Loading.errorOf(() -> ImageFile.read(file, DataSource.Colour.RGB)));
    assertTrue(AllocatedBytes.ofThisThread() - before < 10_000_000);
  }

  @Test
  void shouldMakeNoRoomForPixelsThatAPngCannotHold() throws IOException {
    BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_3BYTE_BGR);
    Path file = ImageFiles.write(directory.resolve("a.png"), image);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    bytes.putInt(16, 10_000).putInt(20, 10_000);
    CRC32 checksum = new CRC32();
    checksum.update(bytes.array(), 12, 17);
    bytes.putInt(29, (int) checksum.getValue());
    Files.write(file, bytes.array());
    assertEndsEarlyWithoutRoom(file);
  }

  @Test
  void shouldMakeNoRoomForPixelsThatAJpegCannotHold() throws IOException {
    assertEndsEarlyWithoutRoom(jpeg(10_000, 10_000, "01 11 00", 100));
    assertEndsEarlyWithoutRoom(jpeg(10_000, 10_000, "01 11 00 02 11 00 03 11 00", 100));
  }

  /** All of one colour, which deflate packs as small as it can. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_BYTE_BINARY,
        BufferedImage.TYPE_BYTE_GRAY,
        BufferedImage.TYPE_USHORT_GRAY,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR
      })
  void shouldReadTheShortestPngs(int type) throws IOException {
    BufferedImage image = new BufferedImage(1500, 2000, type);
    Path file = ImageFiles.write(directory.resolve("a.png"), image);
    long bytes = 1500L * 2000 * image.getColorModel().getPixelSize() / 8;
    assertTrue(Files.size(file) < bytes / 800, "else it is no test");
    assertEquals(3_000_000, ImageFile.read(file, DataSource.Colour.GREY).values().length);
  }

  /** One bit for each block: in grey, and in colours that share out columns and rows. */
  @ParameterizedTest
  @CsvSource({"01 11 00, 1", "01 41 00 02 14 00 03 11 00, 0.5625"})
  void shouldReadTheShortestJpegs(String components, double bitsPerBlock) throws IOException {
    int bytes = (int) (bitsPerBlock * 256 * 256 / 8);
    Path file = jpeg(2048, 2048, components, bytes);
    int[] values = new int[256];
    for (byte value : ImageFile.read(file, DataSource.Colour.GREY).values()) {
      values[value & 0xFF]++;
    }
    assertEquals(2048 * 2048, values[128]);
  }

  /**
   * A progressive JPEG with nothing but the first scan, whose blocks are a bit of 0 each.
   *
   * @param components number, sampling factors and quantisation table of each
   */
  private Path jpeg(int width, int height, String components, int bytes) throws IOException {
    byte[] parts = HexFormat.ofDelimiter(" ").parseHex(components);
    int count = parts.length / 3;
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(HexFormat.of().parseHex("ffd8ffdb004300" + "01".repeat(64)));
    file.writeBytes(
        ByteBuffer.allocate(4).putShort((short) 0xffc2).putShort((short) (8 + 3 * count)).array());
    file.write(8);
    file.writeBytes(
        ByteBuffer.allocate(4).putShort((short) height).putShort((short) width).array());
    file.write(count);
    file.writeBytes(parts);
    // One code of one bit, for a difference of 0 from the block before.
    file.writeBytes(HexFormat.of().parseHex("ffc4001400" + "01" + "00".repeat(15) + "00"));
    file.writeBytes(
        ByteBuffer.allocate(4).putShort((short) 0xffda).putShort((short) (6 + 2 * count)).array());
    file.write(count);
    for (int i = 0; i < count; i++) {
      file.write(parts[3 * i]);
      file.write(0);
    }
    file.writeBytes(new byte[3]);
    file.writeBytes(new byte[bytes]);
    file.writeBytes(HexFormat.of().parseHex("ffd9"));
    return Files.write(directory.resolve("a.jpg"), file.toByteArray());
  }
}
