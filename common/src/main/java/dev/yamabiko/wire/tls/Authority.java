package dev.yamabiko.wire.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * A small certificate authority: a key on the curve P-256 and the certificate that it has signed
 * for itself; what it issues has a new key of the same kind. Keys and signatures are the JDK's.
 */
public final class Authority {

  /**
   * What a certificate is asked for.
   *
   * @param name its common name
   * @param hosts names and addresses by which clients reach it; none for one that is a client only
   * @param use what it allows
   */
  public record Request(String name, List<String> hosts, TlsFiles.Use use) {
    public Request {
      hosts = List.copyOf(hosts);
    }
  }

  private static final String COMMON_NAME = "2.5.4.3";

  private final PrivateKey key;
  private final X509Certificate certificate;

  private Authority(PrivateKey key, X509Certificate certificate) {
    this.key = key;
    this.certificate = certificate;
  }

  /**
   * @param name its common name
   */
  public static Authority create(String name, Instant from, Instant until) {
    KeyPair keys = keys();
    X500Principal subject = commonName(name);
    X509Certificate own =
        new NewCertificate(subject, keys.getPublic(), from, until)
            .ofAuthority()
            .signed(subject, keys.getPrivate());
    return new Authority(keys.getPrivate(), own);
  }

  /**
   * That of a directory with its {@code tls.crt} and {@code tls.key}.
   *
   * @throws TlsException if they are not an authority's that can issue now
   */
  public static Authority read(Path directory) {
    Path file = directory.resolve(Identity.CHAIN);
    X509Certificate certificate = PemFile.read(file).certificates().get(0);
    PrivateKey key = PemFile.read(directory.resolve(Identity.KEY)).key();
    if (certificate.getBasicConstraints() < 0) {
      throw new TlsException(
          "%s: expected the certificate of an authority but found that of %s"
              .formatted(file, Identity.name(certificate)));
    }
    if (!"EC".equals(key.getAlgorithm()) || !Identity.belongs(key, certificate.getPublicKey())) {
      throw new TlsException(
          "%s: expected the key on an elliptic curve of the certificate %s but found another key"
              .formatted(directory.resolve(Identity.KEY), Identity.name(certificate)));
    }
    Identity.requireValid(certificate, file, Instant.now());
    return new Authority(key, certificate);
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** Its own certificate and key, to be kept. */
  public Credentials own() {
    return new Credentials(key, certificate, certificate);
  }

  public Credentials issue(Request request, Instant from, Instant until) {
    KeyPair keys = keys();
    X509Certificate issued =
        new NewCertificate(commonName(request.name()), keys.getPublic(), from, until)
            .issuedBy(certificate)
            .allowing(request.use())
            .of(request.hosts())
            .signed(certificate.getSubjectX500Principal(), key);
    return new Credentials(keys.getPrivate(), issued, certificate);
  }

  /** An address of digits or with colons is one; all else is a name. */
  static boolean isAddress(String host) {
    return host.contains(":") || host.matches("[0-9.]+");
  }

  /** Whether it is a name, or such an address as there are; a name's characters do not matter. */
  public static boolean isNameOrAddress(String host) {
    try {
      // Of what looks like an address nothing is looked up that is one.
      return !isAddress(host) || InetAddress.getByName(host) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  private static X500Principal commonName(String name) {
    return new X500Principal(
        Der.sequence(Der.set(Der.sequence(Der.objectIdentifier(COMMON_NAME), Der.utf8(name)))));
  }
}
