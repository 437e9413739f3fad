package dev.yamabiko.wire.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A certificate, its key, and the authority that has issued it.
 *
 * @param authority itself where it is one's own
 */
public record Credentials(PrivateKey key, X509Certificate certificate, X509Certificate authority) {

  private static final String TEMPORARY = ".part";

  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  /**
   * Writes {@code ca.crt}, {@code tls.crt} and {@code tls.key}, as {@link TlsFiles} reads them,
   * into a directory that is made if need be. Only the owner may read the key. Replaces what is
   * there, once all are written: if they cannot be, those of before stay.
   */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    // In this order: an authority's key that has no certificate yet has issued nothing.
    Map<String, String> texts = new LinkedHashMap<>();
    if (!authority.equals(certificate)) {
      texts.put(Identity.AUTHORITIES, certificate(authority));
    }
    texts.put(Identity.KEY, pem("PRIVATE KEY", key.getEncoded()));
    texts.put(Identity.CHAIN, certificate(certificate));
    try {
      for (Map.Entry<String, String> text : texts.entrySet()) {
        write(
            directory.resolve(text.getKey() + TEMPORARY),
            text.getValue(),
            text.getKey().equals(Identity.KEY));
      }
      for (String name : texts.keySet()) {
        Files.move(
            directory.resolve(name + TEMPORARY),
            directory.resolve(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      for (String name : texts.keySet()) {
        try {
          Files.deleteIfExists(directory.resolve(name + TEMPORARY));
        } catch (IOException deletion) {
          e.addSuppressed(deletion);
        }
      }
      throw e;
    }
  }

  /** Whether a directory has, or may have, a key that {@link #write} would replace. */
  public static boolean hasKey(Path directory) {
    return !Files.notExists(directory.resolve(Identity.KEY));
  }

  /** The same of a certificate. */
  public static boolean hasCertificate(Path directory) {
    return !Files.notExists(directory.resolve(Identity.CHAIN));
  }

  private static void write(Path file, String text, boolean ownersOnly) throws IOException {
    Files.deleteIfExists(file);
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] permissions =
        ownersOnly && posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    // A key is never readable by others, not even while it is written.
    try (FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions)) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static String certificate(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("it was made a moment ago", e);
    }
  }

  private static String pem(String label, byte[] bytes) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(label, LINES.encodeToString(bytes), label)
        .replace(System.lineSeparator(), "\n");
  }

  /** The record's own would print the key. */
  @Override
  public String toString() {
    return Identity.name(certificate);
  }
}
