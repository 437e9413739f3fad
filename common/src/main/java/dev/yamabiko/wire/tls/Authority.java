package dev.yamabiko.wire.tls;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A small certificate authority: a key on the curve P-256 and the certificate that it has signed
 * for itself; what it issues has a new key of the same kind. Certificates are written by Bouncy
 * Castle, which only the command {@code certs} and tests have; keys and signatures are the JDK's.
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

  private static final String SIGNATURE = "SHA256withECDSA";
  private static final int SERIAL_BITS = 127;

  private final PrivateKey key;
  private final X509Certificate certificate;
  private final SecureRandom random = new SecureRandom();

  private Authority(PrivateKey key, X509Certificate certificate) {
    this.key = key;
    this.certificate = certificate;
  }

  /**
   * @param name its common name
   */
  public static Authority create(String name, Instant from, Instant until) {
    KeyPair keys = keys();
    X500Name subject = commonName(name);
    SecureRandom random = new SecureRandom();
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              subject,
              serial(random),
              Date.from(from),
              Date.from(until),
              subject,
              keys.getPublic());
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(keys.getPublic()));
      return new Authority(keys.getPrivate(), signed(builder, keys.getPrivate()));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw unexpected(e);
    }
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
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              certificate,
              serial(random),
              Date.from(from),
              Date.from(until),
              commonName(request.name()),
              keys.getPublic());
      extend(builder, request, keys.getPublic());
      return new Credentials(keys.getPrivate(), signed(builder, key), certificate);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw unexpected(e);
    }
  }

  private void extend(X509v3CertificateBuilder builder, Request request, PublicKey owner)
      throws GeneralSecurityException, CertIOException {
    JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
    KeyPurposeId[] purposes =
        request.use() == TlsFiles.Use.NODE
            ? new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}
            : new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(owner));
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        ids.createAuthorityKeyIdentifier(certificate.getPublicKey()));
    if (!request.hosts().isEmpty()) {
      GeneralName[] names =
          request.hosts().stream().map(Authority::generalName).toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
  }

  /** An address of digits or with colons is one; all else is a name. */
  static boolean isAddress(String host) {
    return host.contains(":") || host.matches("[0-9.]+");
  }

  private static GeneralName generalName(String host) {
    if (!isAddress(host)) {
      return new GeneralName(GeneralName.dNSName, host);
    }
    try {
      // Nothing is looked up for an address.
      String address = InetAddress.getByName(host).getHostAddress();
      return new GeneralName(GeneralName.iPAddress, address);
    } catch (UnknownHostException e) {
      throw new TlsException("expected the name or the address of a host but found " + host, e);
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw unexpected(e);
    }
  }

  private static X500Name commonName(String name) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
  }

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(SERIAL_BITS, random).setBit(0);
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
  }

  private static IllegalStateException unexpected(Exception e) {
    return new IllegalStateException("every JDK has P-256 and " + SIGNATURE, e);
  }
}
