package dev.yamabiko.wire.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Set;

/**
 * A certificate, its key, and the authority that has issued it.
 *
 * @param authority itself where it is one's own
 */
public record Credentials(PrivateKey key, X509Certificate certificate, X509Certificate authority) {

  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  /**
   * Writes {@code ca.crt}, {@code tls.crt} and {@code tls.key}, as {@link TlsFiles} reads them,
   * into a directory that is made if need be. Only the owner may read the key. Replaces what is
   * there.
   */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (!authority.equals(certificate)) {
      write(directory.resolve(Identity.AUTHORITIES), certificate(authority));
    }
    writeKey(directory.resolve(Identity.KEY));
    write(directory.resolve(Identity.CHAIN), certificate(certificate));
  }

  /** Whether a directory has, or may have, a key that {@link #write} would replace. */
  public static boolean hasKey(Path directory) {
    return !Files.notExists(directory.resolve(Identity.KEY));
  }

  /** The same of a certificate. */
  public static boolean hasCertificate(Path directory) {
    return !Files.notExists(directory.resolve(Identity.CHAIN));
  }

  private void writeKey(Path file) throws IOException {
    Files.deleteIfExists(file);
    FileAttribute<?>[] ownersOnly =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    // Never readable by others, not even while it is written.
    try (var channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownersOnly)) {
      channel.write(StandardCharsets.US_ASCII.encode(pem("PRIVATE KEY", key.getEncoded())));
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.US_ASCII);
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
