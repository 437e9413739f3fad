package dev.yamabiko.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Names a file by its bytes: SHA-256 in 64 lower-case hexadecimal digits. */
public final class ContentHash {

  private static final Pattern SYNTAX = Pattern.compile("[0-9a-f]{64}");

  private ContentHash() {}

  /** Whether the text looks like the name of some content. */
  public static boolean isName(String text) {
    return SYNTAX.matcher(text).matches();
  }

  public static String of(Path file) throws IOException {
    return of(file, () -> {});
  }

  /**
   * @param between called before each piece that is read; what it throws ends this
   */
  public static String of(Path file, Runnable between) throws IOException {
    MessageDigest digest = digest();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      int n = 0;
      while (n >= 0) {
        digest.update(buffer, 0, n);
        between.run();
        n = in.read(buffer);
      }
    }
    return name(digest);
  }

  /** Of a text in UTF-8. */
  public static String of(String text) {
    MessageDigest digest = digest();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return name(digest);
  }

  /** For content that comes piece by piece. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  public static String name(MessageDigest complete) {
    return HexFormat.of().formatHex(complete.digest());
  }
}
