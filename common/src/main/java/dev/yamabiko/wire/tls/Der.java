package dev.yamabiko.wire.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The values of ASN.1 that certificates are made of, in the distinguished encoding of ITU-T X.690:
 * each method gives one value, tag and length first. Only writes; the JDK reads.
 */
final class Der {

  /** From this year on, times have four digits for it (RFC 5280, 4.1.2.5). */
  private static final int FIRST_GENERALIZED_YEAR = 2050;

  private static final DateTimeFormatter UTC_TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'");
  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'");

  private Der() {}

  static byte[] sequence(byte[]... values) {
    return value(0x30, values);
  }

  static byte[] set(byte[]... values) {
    return value(0x31, values);
  }

  /** The value with context-specific tag n, that holds others: {@code [n] EXPLICIT}. */
  static byte[] explicit(int n, byte[]... values) {
    return value(0xA0 | n, values);
  }

  /** The value with context-specific tag n in place of its own: {@code [n] IMPLICIT}. */
  static byte[] implicit(int n, byte[] content) {
    return value(0x80 | n, content);
  }

  static byte[] integer(BigInteger number) {
    return value(0x02, number.toByteArray());
  }

  static byte[] yes() {
    return value(0x01, new byte[] {(byte) 0xFF});
  }

  static byte[] octets(byte[] content) {
    return value(0x04, content);
  }

  /**
   * @param unused bits at the end of the last byte
   */
  static byte[] bits(byte[] content, int unused) {
    return value(0x03, new byte[] {(byte) unused}, content);
  }

  static byte[] utf8(String text) {
    return value(0x0C, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param dotted as "2.5.4.3"; at least two numbers
   */
  static byte[] objectIdentifier(String dotted) {
    String[] arcs = dotted.split("\\.");
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    base128(content, Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      base128(content, Integer.parseInt(arcs[i]));
    }
    return value(0x06, content.toByteArray());
  }

  /** Seven bits a byte, the highest first; all but the last have the eighth set. */
  private static void base128(ByteArrayOutputStream to, int number) {
    int shift = 28;
    while (shift > 0 && number >>> shift == 0) {
      shift -= 7;
    }
    for (; shift > 0; shift -= 7) {
      to.write(0x80 | number >>> shift & 0x7F);
    }
    to.write(number & 0x7F);
  }

  /** To the second, as certificates have it. */
  static byte[] time(Instant instant) {
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    boolean generalized = time.getYear() >= FIRST_GENERALIZED_YEAR;
    String text = time.format(generalized ? GENERALIZED_TIME : UTC_TIME);
    return value(generalized ? 0x18 : 0x17, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] value(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream value = new ByteArrayOutputStream(length + 6);
    value.write(tag);
    if (length < 0x80) {
      value.write(length);
    } else {
      byte[] bytes = BigInteger.valueOf(length).toByteArray();
      int from = bytes[0] == 0 ? 1 : 0; // the sign's
      value.write(0x80 | bytes.length - from);
      value.write(bytes, from, bytes.length - from);
    }
    for (byte[] part : parts) {
      value.write(part, 0, part.length);
    }
    return value.toByteArray();
  }
}
