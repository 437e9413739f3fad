package dev.yamabiko.wire.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A PEM file (RFC 7468): texts around its blocks are allowed and mean nothing. */
final class PemFile {

  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL | Pattern.MULTILINE);

  /** No certificate or chain comes near; what is longer is no such file. */
  private static final long MOST_BYTES = 1 << 20;

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String KEY = "PRIVATE KEY";
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private record Block(String label, String content) {}

  private final Path file;
  private final List<Block> blocks;

  private PemFile(Path file, List<Block> blocks) {
    this.file = file;
    this.blocks = blocks;
  }

  static PemFile read(Path file) {
    String text;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new TlsException(
            "%s: expected PEM but found a file of %d bytes".formatted(file, Files.size(file)));
      }
      // Of whatever bytes; those of PEM are ASCII.
      text = Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new TlsException(file + ": no such file", e);
    } catch (IOException e) {
      throw new TlsException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    if (blocks.isEmpty()) {
      throw new TlsException(
          "%s: expected PEM (-----BEGIN ...-----) but found none".formatted(file));
    }
    return new PemFile(file, blocks);
  }

  /** At least one, in order. */
  List<X509Certificate> certificates() {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.label().equals(CERTIFICATE)) {
        certificates.add(certificate(block));
      }
    }
    if (certificates.isEmpty()) {
      throw expected(CERTIFICATE);
    }
    return List.copyOf(certificates);
  }

  private X509Certificate certificate(Block block) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(bytes(block)));
    } catch (CertificateException e) {
      throw new TlsException("%s: a certificate cannot be read: %s".formatted(file, e), e);
    }
  }

  /** The only private key, of whichever algorithm. */
  PrivateKey key() {
    List<Block> keys = blocks.stream().filter(block -> block.label().endsWith(KEY)).toList();
    if (keys.size() != 1) {
      throw keys.isEmpty()
          ? expected(KEY)
          : new TlsException("%s: expected one key but found %d".formatted(file, keys.size()));
    }
    Block block = keys.get(0);
    if (block.label().startsWith("ENCRYPTED") || block.content().contains("ENCRYPTED")) {
      throw new TlsException(
          file
              + ": expected a key without a password but found an encrypted one (openssl pkcs8"
              + " -topk8 -nocrypt takes the password off)");
    }
    if (!block.label().equals(KEY)) {
      throw new TlsException(
          "%s: expected a key in PKCS#8 (BEGIN %s) but found BEGIN %s (openssl pkcs8 -topk8 -nocrypt makes one of it)"
              .formatted(file, KEY, block.label()));
    }
    byte[] bytes = bytes(block);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (GeneralSecurityException e) {
        continue; // of another algorithm
      }
    }
    throw new TlsException(
        "%s: expected a key in PKCS#8 of %s but found another, or none"
            .formatted(file, String.join(", ", ALGORITHMS)));
  }

  private byte[] bytes(Block block) {
    try {
      return Base64.getMimeDecoder().decode(block.content());
    } catch (IllegalArgumentException e) {
      throw new TlsException(
          "%s: expected Base64 after BEGIN %s but found other text".formatted(file, block.label()),
          e);
    }
  }

  private TlsException expected(String label) {
    return new TlsException(
        "%s: expected BEGIN %s but found BEGIN %s"
            .formatted(
                file, label, String.join(", BEGIN ", blocks.stream().map(Block::label).toList())));
  }
}
