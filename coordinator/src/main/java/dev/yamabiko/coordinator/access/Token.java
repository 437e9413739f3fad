package dev.yamabiko.coordinator.access;

import dev.yamabiko.data.ContentHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A token as a coordinator knows it: by its hash. Tokens are random, 256 bits of them, so that a
 * plain hash tells nothing about them; it need not be slow, as that of a password.
 *
 * @param name of who has it, for logs and messages; jobs that are submitted with it are his
 * @param sha256 of the token's UTF-8 text, 64 lower-case hexadecimal digits
 */
public record Token(String name, Role role, String sha256) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** What a name is, for messages. */
  public static final String NAME_SYNTAX =
      "at most 64 letters, digits, \".\", \"_\" or \"-\", the first of them a letter or digit";

  /** By which people, and scanners for secrets, know what they have found. */
  private static final String PREFIX = "yamabiko_";

  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** A token that nobody has had before. */
  public static String random() {
    return PREFIX + secret();
  }

  /** 256 random bits, as headers and cookies can hold them. */
  public static String secret() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  public static Token of(String name, Role role, String token) {
    return new Token(name, role, ContentHash.of(token));
  }

  /** Takes as long for each hash. */
  boolean isOf(byte[] hash) {
    return MessageDigest.isEqual(hash, sha256.getBytes(StandardCharsets.US_ASCII));
  }

  /** As the tokens file lists it. */
  public String entry() {
    return "{ name = \"%s\", role = %s, sha256 = \"%s\" }".formatted(name, role.text(), sha256);
  }
}
