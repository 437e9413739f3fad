package dev.yamabiko.wire.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a node, or a client, shows and whom it believes, all checked.
 *
 * @param chain its own certificate first
 * @param authorities that peers' certificates must come from, all valid when they were read
 * @param readAgain after this one of them has ended, at which the JDK would not look, or another
 *     one of the file has begun
 */
record Identity(
    PrivateKey key,
    List<X509Certificate> chain,
    List<X509Certificate> authorities,
    Instant readAgain) {

  static final String AUTHORITIES = "ca.crt";
  static final String CHAIN = "tls.crt";
  static final String KEY = "tls.key";

  /** Extended key usages (RFC 5280, 4.2.1.12). */
  static final String SERVER = "1.3.6.1.5.5.7.3.1";

  static final String CLIENT = "1.3.6.1.5.5.7.3.2";

  private static final String ANY_USAGE = "2.5.29.37.0";

  /**
   * @param usages that the certificate must allow
   * @throws TlsException if the files cannot be used at this time
   */
  static Identity read(Path directory, Set<String> usages, Instant now) {
    Path chainFile = directory.resolve(CHAIN);
    Path authoritiesFile = directory.resolve(AUTHORITIES);
    List<X509Certificate> listed = PemFile.read(authoritiesFile).certificates();
    List<X509Certificate> authorities = valid(listed, authoritiesFile, now);
    List<X509Certificate> chain = PemFile.read(chainFile).certificates();
    PrivateKey key = PemFile.read(directory.resolve(KEY)).key();
    X509Certificate own = chain.get(0);
    if (!belongs(key, own.getPublicKey())) {
      throw new TlsException(
          "%s: expected the key of the certificate %s in %s but found another key"
              .formatted(directory.resolve(KEY), name(own), chainFile));
    }
    for (X509Certificate certificate : chain) {
      requireValid(certificate, chainFile, now);
    }
    requireIssued(chain, authorities, chainFile, authoritiesFile, now);
    requireUsages(own, usages, chainFile);
    return new Identity(key, chain, authorities, nextChange(listed, now));
  }

  /** Those that are valid: while authorities change, a file has the old and the new one. */
  static List<X509Certificate> authorities(Path file, Instant now) {
    return valid(PemFile.read(file).certificates(), file, now);
  }

  private static List<X509Certificate> valid(List<X509Certificate> all, Path file, Instant now) {
    List<X509Certificate> valid = all.stream().filter(one -> untimely(one, now).isEmpty()).toList();
    if (valid.isEmpty()) {
      requireValid(all.get(0), file, now);
    }
    return valid;
  }

  private static Instant nextChange(List<X509Certificate> authorities, Instant now) {
    return authorities.stream()
        .flatMap(one -> Stream.of(one.getNotBefore(), one.getNotAfter()))
        .map(Date::toInstant)
        .filter(change -> !change.isBefore(now))
        .min(Comparator.naturalOrder())
        .orElse(Instant.MAX);
  }

  static void requireValid(X509Certificate certificate, Path file, Instant now) {
    untimely(certificate, now)
        .ifPresent(
            why -> {
              throw new TlsException("%s: %s".formatted(file, why));
            });
  }

  /** Why it is not valid at this time; empty if it is. */
  static Optional<String> untimely(X509Certificate certificate, Instant now) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isBefore(from)) {
      return Optional.of(
          "the certificate %s is valid from %s on, and now it is %s"
              .formatted(name(certificate), from, now));
    }
    return now.isAfter(until)
        ? Optional.of("the certificate %s has expired on %s".formatted(name(certificate), until))
        : Optional.empty();
  }

  /** Whether what the one signs the other verifies. */
  static boolean belongs(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      byte[] text = {1, 2, 3};
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // they are of different algorithms, or curves
    }
  }

  private static void requireIssued(
      List<X509Certificate> chain,
      List<X509Certificate> authorities,
      Path chainFile,
      Path authoritiesFile,
      Instant now) {
    try {
      PKIXParameters parameters =
          new PKIXParameters(
              authorities.stream()
                  .map(authority -> new TrustAnchor(authority, null))
                  .collect(Collectors.toSet()));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      List<X509Certificate> below =
          chain.stream().filter(certificate -> !authorities.contains(certificate)).toList();
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
    } catch (CertPathValidatorException e) {
      throw new TlsException(
          "%s: the certificate %s, issued by %s, is none of the authority in %s (%s): %s"
              .formatted(
                  chainFile,
                  name(chain.get(0)),
                  chain.get(0).getIssuerX500Principal(),
                  authoritiesFile,
                  name(authorities.get(0)),
                  e.getMessage()),
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("PKIX is part of every JDK", e);
    }
  }

  private static void requireUsages(X509Certificate own, Set<String> usages, Path file) {
    for (String usage : usages) {
      if (!allows(own, usage)) {
        throw new TlsException(
            "%s: the certificate %s is not made for this use: expected the extended key usage %s"
                .formatted(file, name(own), usage.equals(SERVER) ? "serverAuth" : "clientAuth"));
      }
    }
  }

  /** One that names no usages is good for all. */
  static boolean allows(X509Certificate certificate, String usage) {
    try {
      List<String> usages = certificate.getExtendedKeyUsage();
      return usages == null || usages.contains(usage) || usages.contains(ANY_USAGE);
    } catch (CertificateParsingException e) {
      return false;
    }
  }

  /** In words for messages: of RFC 2253. */
  static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  /** When the first of its own certificates ends. */
  X509Certificate firstToExpire() {
    X509Certificate first = chain.get(0);
    for (X509Certificate certificate : chain) {
      if (certificate.getNotAfter().before(first.getNotAfter())) {
        first = certificate;
      }
    }
    return first;
  }

  static KeyStore trusted(List<X509Certificate> authorities) throws GeneralSecurityException {
    KeyStore store = emptyStore();
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca-" + i, authorities.get(i));
    }
    return store;
  }

  KeyStore keyStore() throws GeneralSecurityException {
    KeyStore store = emptyStore();
    store.setKeyEntry("node", key, new char[0], chain.toArray(X509Certificate[]::new));
    return store;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
    return store;
  }

  /** The record's own would print the key. */
  @Override
  public String toString() {
    return name(chain.get(0));
  }
}
