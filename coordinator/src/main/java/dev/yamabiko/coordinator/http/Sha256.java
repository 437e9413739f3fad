package dev.yamabiko.coordinator.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Names of content: SHA-256 in 64 small hexadecimal digits. */
final class Sha256 {

  private static final Pattern SYNTAX = Pattern.compile("[0-9a-f]{64}");

  private Sha256() {}

  static boolean isName(String text) {
    return SYNTAX.matcher(text).matches();
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String name(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
