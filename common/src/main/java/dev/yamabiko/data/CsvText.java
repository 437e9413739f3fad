package dev.yamabiko.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A CSV file's characters: UTF-8, or what its byte order mark says. Bytes that are no text, and the
 * character 0, are refused with their line. To put a replacement character in their place, as
 * Java's readers do, would make one class of two that differ only there.
 */
final class CsvText extends Reader {

  /** Follows the file's own text, so that its last record is a blank line. */
  static final String END = "\n\n";

  private static final int BUFFER = 1 << 16;

  /** The longest first, as one begins with another. */
  private static final List<Mark> MARKS =
      List.of(
          new Mark(Charset.forName("UTF-32LE"), 0xFF, 0xFE, 0x00, 0x00),
          new Mark(Charset.forName("UTF-32BE"), 0x00, 0x00, 0xFE, 0xFF),
          new Mark(StandardCharsets.UTF_8, 0xEF, 0xBB, 0xBF),
          new Mark(StandardCharsets.UTF_16LE, 0xFF, 0xFE),
          new Mark(StandardCharsets.UTF_16BE, 0xFE, 0xFF));

  private record Mark(Charset charset, int... bytes) {
    private boolean begins(ByteBuffer content) {
      for (int i = 0; i < bytes.length; i++) {
        if (i >= content.limit() || (content.get(i) & 0xFF) != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private final Path path;
  private final InputStream content;
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER);

  /** No more characters than bytes come out of any of these charsets. */
  private final CharBuffer chars = CharBuffer.allocate(BUFFER);

  private final CharsetDecoder decoder;
  private boolean isAtEnd;
  private boolean hasEnded;
  private long line = 1;
  private char before;

  CsvText(Path path, InputStream content) throws IOException {
    this.path = path;
    this.content = content;
    bytes.put(content.readNBytes(Integer.BYTES)).flip();
    Mark mark =
        MARKS.stream()
            .filter(m -> m.begins(bytes))
            .findFirst()
            .orElse(new Mark(StandardCharsets.UTF_8));
    decoder =
        mark.charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    bytes.position(mark.bytes.length);
    bytes.compact();
    chars.flip();
  }

  @Override
  public int read(char[] into, int from, int most) throws IOException {
    while (!chars.hasRemaining()) {
      if (hasEnded) {
        return -1;
      }
      if (isAtEnd) {
        chars.clear().put(END).flip();
        hasEnded = true;
      } else {
        decode();
      }
    }
    int count = Math.min(most, chars.remaining());
    chars.get(into, from, count);
    return count;
  }

  private void decode() throws IOException {
    int read = content.read(bytes.array(), bytes.position(), bytes.remaining());
    isAtEnd = read < 0;
    bytes.position(bytes.position() + Math.max(0, read)).flip();
    chars.clear();
    CoderResult result = decoder.decode(bytes, chars, isAtEnd);
    chars.flip();
    countLines();
    if (result.isError()) {
      throw new DataException(
          "%s, line %d: expected %s but found the byte 0x%02X, which is no such text here; save the file as UTF-8"
              .formatted(path, line, decoder.charset(), bytes.get(bytes.position())));
    }
    bytes.compact();
  }

  /** A line ends with a line feed, a carriage return, or both. */
  private void countLines() {
    for (int i = 0; i < chars.limit(); i++) {
      char c = chars.get(i);
      if (c == '\r' || c == '\n' && before != '\r') {
        line++;
      } else if (c == 0) {
        throw new DataException(
            "%s, line %d: expected text but found the character 0, which files in UTF-16 or UTF-32 without a byte order mark seem to hold; save the file as UTF-8"
                .formatted(path, line));
      }
      before = c;
    }
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
