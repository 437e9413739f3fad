package dev.yamabiko.wire.tls;

import dev.yamabiko.data.ContentHash;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate to be signed, version 3, as RFC 5280 has it: of a key on the curve P-256, signed
 * with ECDSA and SHA-256 (RFC 5758).
 */
final class NewCertificate {

  private static final String SIGNATURE = "SHA256withECDSA";
  private static final byte[] ALGORITHM = Der.sequence(Der.objectIdentifier("1.2.840.10045.4.3.2"));
  private static final byte[] VERSION_3 = Der.explicit(0, Der.integer(BigInteger.TWO));

  private static final String SUBJECT_KEY = "2.5.29.14";
  private static final String KEY_USAGE = "2.5.29.15";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String AUTHORITY_KEY = "2.5.29.35";
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";

  /** Tags of a GeneralName. */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  private static final int SERIAL_BITS = 127;

  /** An uncompressed point of P-256, which ends the key's encoding. */
  private static final int POINT_BYTES = 65;

  private static final int KEY_ID_BYTES = 20;

  private final X500Principal subject;
  private final PublicKey key;
  private final Instant from;
  private final Instant until;
  private final List<byte[]> extensions = new ArrayList<>();

  /**
   * @param key on P-256
   */
  NewCertificate(X500Principal subject, PublicKey key, Instant from, Instant until) {
    this.subject = subject;
    this.key = key;
    this.from = from;
    this.until = until;
    add(SUBJECT_KEY, false, Der.octets(keyId()));
  }

  /** Of one that issues certificates, but no authorities. */
  NewCertificate ofAuthority() {
    add(BASIC_CONSTRAINTS, true, Der.sequence(Der.yes(), Der.integer(BigInteger.ZERO)));
    // keyCertSign and cRLSign, bits 5 and 6 from the left.
    add(KEY_USAGE, true, Der.bits(new byte[] {0b0000_0110}, 1));
    return this;
  }

  NewCertificate issuedBy(X509Certificate authority) {
    byte[] id = authority.getExtensionValue(SUBJECT_KEY);
    // An octet string in an octet string; one of another authority may be longer than is useful.
    if (id != null && id.length > 4 && id[3] == id.length - 4) {
      byte[] bare = Arrays.copyOfRange(id, 4, id.length);
      add(AUTHORITY_KEY, false, Der.sequence(Der.implicit(0, bare)));
    }
    return this;
  }

  /** Of one that issues nothing, and signs handshakes. */
  NewCertificate allowing(TlsFiles.Use use) {
    byte[] client = Der.objectIdentifier("1.3.6.1.5.5.7.3.2");
    byte[] server = Der.objectIdentifier("1.3.6.1.5.5.7.3.1");
    add(BASIC_CONSTRAINTS, true, Der.sequence());
    // digitalSignature, the first bit.
    add(KEY_USAGE, true, Der.bits(new byte[] {(byte) 0b1000_0000}, 7));
    add(
        EXTENDED_KEY_USAGE,
        false,
        use == TlsFiles.Use.NODE ? Der.sequence(server, client) : Der.sequence(client));
    return this;
  }

  /**
   * @param hosts names and addresses; none is as well
   */
  NewCertificate of(List<String> hosts) {
    if (!hosts.isEmpty()) {
      byte[][] names = hosts.stream().map(NewCertificate::generalName).toArray(byte[][]::new);
      add(ALTERNATIVE_NAMES, false, Der.sequence(names));
    }
    return this;
  }

  private static byte[] generalName(String host) {
    if (!Authority.isAddress(host)) {
      if (!StandardCharsets.US_ASCII.newEncoder().canEncode(host)) {
        throw new TlsException("expected a name of ASCII characters for a host but found " + host);
      }
      return Der.implicit(DNS_NAME, host.getBytes(StandardCharsets.US_ASCII));
    }
    try {
      // Nothing is looked up for an address.
      return Der.implicit(IP_ADDRESS, InetAddress.getByName(host).getAddress());
    } catch (UnknownHostException e) {
      throw new TlsException("expected the name or the address of a host but found " + host, e);
    }
  }

  private void add(String id, boolean critical, byte[] value) {
    byte[] name = Der.objectIdentifier(id);
    extensions.add(
        critical
            ? Der.sequence(name, Der.yes(), Der.octets(value))
            : Der.sequence(name, Der.octets(value)));
  }

  /** The first 160 bits of the key's SHA-256 (RFC 7093, 2, method 1). */
  private byte[] keyId() {
    byte[] encoded = key.getEncoded();
    byte[] point = Arrays.copyOfRange(encoded, encoded.length - POINT_BYTES, encoded.length);
    return Arrays.copyOf(ContentHash.digest().digest(point), KEY_ID_BYTES);
  }

  X509Certificate signed(X500Principal issuer, PrivateKey by) {
    byte[] content =
        Der.sequence(
            VERSION_3,
            Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0)),
            ALGORITHM,
            issuer.getEncoded(),
            Der.sequence(Der.time(from), Der.time(until)),
            subject.getEncoded(),
            key.getEncoded(),
            Der.explicit(3, Der.sequence(extensions.toArray(new byte[0][]))));
    try {
      Signature signature = Signature.getInstance(SIGNATURE);
      signature.initSign(by);
      signature.update(content);
      byte[] certificate = Der.sequence(content, ALGORITHM, Der.bits(signature.sign(), 0));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(certificate));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has X.509 and " + SIGNATURE, e);
    }
  }
}
