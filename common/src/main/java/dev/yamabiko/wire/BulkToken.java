package dev.yamabiko.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The secret by which a connection shows which link it belongs to: 256 random bits, in hex. */
public final class BulkToken {

  private static final int BYTES = 32;
  private static final int FEWEST_DIGITS = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private BulkToken() {}

  /** A new token. */
  public static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Refuses what is shorter than 128 bits or not hex; the message does not show the token. */
  static String check(String token) {
    boolean hex = token.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
    if (!hex || token.length() < FEWEST_DIGITS || token.length() > BulkTable.MOST_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "a token needs %d to %d hex digits, found %d characters"
              .formatted(FEWEST_DIGITS, BulkTable.MOST_TEXT_BYTES, token.length()));
    }
    return token;
  }

  /** Takes the same time wherever the two differ. */
  static boolean equal(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }
}
