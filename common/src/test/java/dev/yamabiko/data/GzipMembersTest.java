package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gzip files to their last byte. */
class GzipMembersTest {

  @TempDir private Path directory;

  private static byte[] packed(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] unpacked(byte[] file, int buffer) throws IOException {
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(file), buffer)) {
      return members.readAllBytes();
    }
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    return noise;
  }

  /** A buffer of one byte puts the end of one at every place of a member. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1 << 16})
  void shouldJoinMembersWhateverTheBufferEndsIn(int buffer) throws IOException {
    byte[] content = joined(noise(5000), noise(0), noise(3), new byte[100_000]);
    byte[] file =
        joined(packed(noise(5000)), packed(noise(0)), packed(noise(3)), packed(new byte[100_000]));
    assertArrayEquals(content, unpacked(file, buffer));
    assertArrayEquals(content, unpacked(joined(file, new byte[512]), buffer));
  }

  @Test
  void shouldReadAllThatAHeaderMayHold() throws IOException {
    byte[] plain = packed(noise(50));
    byte[] header =
        joined(
            HexFormat.of().parseHex("1F8B081E0102030400FF0300"),
            "abcname\0comment\0".getBytes(StandardCharsets.ISO_8859_1));
    CRC32 sum = new CRC32();
    sum.update(header);
    byte[] sum16 = {(byte) sum.getValue(), (byte) (sum.getValue() >> 8)};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);
    assertArrayEquals(noise(50), unpacked(joined(header, sum16, rest), 4));
    sum16[0]++;
    ZipException e =
        assertThrows(ZipException.class, () -> unpacked(joined(header, sum16, rest), 4));
    assertEquals("Corrupt GZIP header", e.getMessage());
  }

  @Test
  void shouldEndEarlyWhereverAFileIsCutButBetweenMembers() throws IOException {
    byte[] first = packed(noise(40));
    byte[] file = joined(first, packed(noise(20)));
    for (int length = 1; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      if (length == first.length) {
        assertArrayEquals(noise(40), unpacked(cut, 16));
      } else {
        assertThrows(EOFException.class, () -> unpacked(cut, 16), () -> "" + cut.length);
      }
    }
  }

  @Test
  void shouldRefuseWhatIsNoMemberBehindOne() throws IOException {
    byte[] first = packed(noise(40));
    assertThrows(ZipException.class, () -> unpacked(joined(first, noise(40)), 16));
    assertThrows(ZipException.class, () -> unpacked(joined(first, new byte[9], first), 16));
    byte[] damaged = first.clone();
    damaged[first.length - 8]++;
    assertThrows(ZipException.class, () -> unpacked(joined(first, damaged), 16));
  }

  @Test
  void shouldNameTheTableThatIsCutInALaterHeader() throws IOException {
    byte[] first = packed("x,y\n1,2\n".getBytes(StandardCharsets.UTF_8));
    byte[] second = packed("3,4\n".getBytes(StandardCharsets.UTF_8));
    Path path = Files.write(directory.resolve("t.gz"), joined(first, second));
    assertEquals(2, Csv.at(path).targets("y").load().train().size());
    Files.write(path, joined(first, Arrays.copyOf(second, 6)));
    assertEquals(
        path + ": the gzip data ends early; is the file truncated?",
        Csv.at(path).targets("y").error());
  }
}
