package dev.yamabiko.wire.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a directory of certificates must be, and what is said of one that is not. */
class TlsFilesTest {

  private static final Instant NOW = Instant.now();
  private static final Authority AUTHORITY = authority("first");
  private static final Authority OTHER = authority("second");

  @TempDir private Path directory;

  private static Authority authority(String name) {
    return Authority.create(name, NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(100)));
  }

  private static Credentials node(Authority authority, Duration from, Duration until) {
    return authority.issue(
        new Authority.Request("node", List.of("localhost", "127.0.0.1"), TlsFiles.Use.NODE),
        NOW.plus(from),
        NOW.plus(until));
  }

  private static Credentials node(Authority authority) {
    return node(authority, Duration.ofDays(-1), Duration.ofDays(60));
  }

  @BeforeEach
  void writeGoodFiles() throws IOException {
    node(AUTHORITY).write(directory);
  }

  private void assertRefused(String... parts) {
    TlsException e =
        assertThrows(TlsException.class, () -> TlsFiles.open(directory, TlsFiles.Use.NODE));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }

  private static String pem(String label, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(bytes), label);
  }

  @Test
  void shouldReadWhatAnAuthorityHasIssued() {
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE);
    assertEquals(NOW.plus(Duration.ofDays(60)).getEpochSecond(), files.expires().getEpochSecond());
    assertTrue(files.nodeServer().getNeedClientAuth());
    assertEquals(
        List.of("TLSv1.3", "TLSv1.2"),
        List.of(files.nodeClient("localhost", 1).getEnabledProtocols()));
  }

  /** As clients of the HTTP API compare them. */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.5,                    true",
    "10.0.0.6,                    false",
    "fd00::5,                     true",
    "fd00:0:0:0:0:0:0:5,          true",
    "Coordinator.Example,         true",
    "coordinator,                 false",
    "a.nodes.example,             true",
    "nodes.example,               false",
    "a.b.nodes.example,           false",
    "node,                        false",
  })
  void shouldKnowTheHostsThatACertificateIsFor(String host, boolean expected) throws IOException {
    List<String> hosts = List.of("coordinator.example", "10.0.0.5", "fd00::5", "*.nodes.example");
    AUTHORITY
        .issue(
            new Authority.Request("node", hosts, TlsFiles.Use.NODE),
            NOW.minusSeconds(60),
            NOW.plusSeconds(60))
        .write(directory);
    assertEquals(expected, TlsFiles.open(directory, TlsFiles.Use.NODE).isFor(host));
  }

  @Test
  void shouldNameADirectoryThatIsNone() {
    TlsException e =
        assertThrows(
            TlsException.class,
            () -> TlsFiles.open(directory.resolve("absent"), TlsFiles.Use.NODE));
    assertTrue(e.getMessage().contains("expected a directory with ca.crt"), e.getMessage());
  }

  @Test
  void shouldNameAFileThatIsMissing() throws IOException {
    for (String file : List.of("ca.crt", "tls.crt", "tls.key")) {
      writeGoodFiles();
      Files.delete(directory.resolve(file));
      assertRefused(file + ": no such file");
    }
  }

  @Test
  void shouldRefuseWhatIsNoPem() throws IOException {
    for (String file : List.of("ca.crt", "tls.crt", "tls.key")) {
      writeGoodFiles();
      Files.write(directory.resolve(file), AUTHORITY.certificate().getSerialNumber().toByteArray());
      assertRefused(file + ": expected PEM");
    }
  }

  @Test
  void shouldRefuseAKeyWhereACertificateIsExpectedAndTheOtherWay() throws IOException {
    Files.copy(
        directory.resolve("tls.key"),
        directory.resolve("tls.crt"),
        StandardCopyOption.REPLACE_EXISTING);
    assertRefused("tls.crt: expected BEGIN CERTIFICATE but found BEGIN PRIVATE KEY");
    writeGoodFiles();
    Files.copy(
        directory.resolve("tls.crt"),
        directory.resolve("tls.key"),
        StandardCopyOption.REPLACE_EXISTING);
    assertRefused("tls.key: expected BEGIN PRIVATE KEY but found BEGIN CERTIFICATE");
  }

  @Test
  void shouldRefuseBlocksThatHoldSomethingElse() throws IOException {
    write("tls.crt", pem("CERTIFICATE", new byte[] {1, 2, 3}));
    assertRefused("tls.crt: a certificate cannot be read");
    writeGoodFiles();
    write("tls.key", pem("PRIVATE KEY", new byte[] {1, 2, 3}));
    assertRefused("tls.key: expected a key in PKCS#8 of EC, RSA, EdDSA");
  }

  @Test
  void shouldRefuseAnEncryptedKey() throws IOException {
    write("tls.key", pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));
    assertRefused("tls.key: expected a key without a password but found an encrypted one");
    write(
        "tls.key",
        "-----BEGIN EC PRIVATE KEY-----\n"
            + "Proc-Type: 4,ENCRYPTED\n\n"
            + "AAAA\n"
            + "-----END EC PRIVATE KEY-----\n");
    assertRefused("encrypted");
  }

  @Test
  void shouldRefuseAKeyThatIsNotInPkcs8() throws IOException {
    write("tls.key", pem("EC PRIVATE KEY", new byte[] {1, 2, 3}));
    assertRefused("tls.key: expected a key in PKCS#8", "BEGIN EC PRIVATE KEY", "openssl pkcs8");
  }

  @Test
  void shouldRefuseAnotherCertificatesKey() throws IOException, GeneralSecurityException {
    Path other = directory.resolve("other");
    node(AUTHORITY).write(other);
    Files.copy(
        other.resolve("tls.key"),
        directory.resolve("tls.key"),
        StandardCopyOption.REPLACE_EXISTING);
    assertRefused("tls.key: expected the key of the certificate CN=node", "another key");
    byte[] rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
    write("tls.key", pem("PRIVATE KEY", rsa));
    assertRefused("tls.key: expected the key of the certificate CN=node", "another key");
  }

  @Test
  void shouldRefuseACertificateThatHasExpiredOrIsNotValidYet() throws IOException {
    node(AUTHORITY, Duration.ofDays(-1), Duration.ofMinutes(-1)).write(directory);
    assertRefused("tls.crt: the certificate CN=node has expired on ");
    node(AUTHORITY, Duration.ofDays(1), Duration.ofDays(2)).write(directory);
    assertRefused("tls.crt: the certificate CN=node is valid from ");
  }

  @Test
  void shouldRefuseAnAuthorityThatHasExpired() throws IOException {
    Authority old =
        Authority.create("old", NOW.minus(Duration.ofDays(9)), NOW.minus(Duration.ofDays(1)));
    node(old).write(directory);
    assertRefused("ca.crt: the certificate CN=old has expired on ");
  }

  @Test
  void shouldRefuseACertificateOfAnotherAuthority() throws IOException {
    Path other = directory.resolve("other");
    node(OTHER).write(other);
    Files.copy(
        other.resolve("ca.crt"), directory.resolve("ca.crt"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused(
        "tls.crt: the certificate CN=node, issued by CN=first, is none of the authority in");
  }

  @Test
  void shouldTakeSeveralAuthoritiesWhileTheyChange() throws IOException {
    Path other = directory.resolve("other");
    node(OTHER).write(other);
    write(
        "ca.crt",
        Files.readString(other.resolve("ca.crt"))
            + "and that of before\n"
            + Files.readString(directory.resolve("ca.crt")));
    TlsFiles.open(directory, TlsFiles.Use.NODE);
  }

  @Test
  void shouldRefuseAClientsCertificateForANode() throws IOException {
    AUTHORITY
        .issue(
            new Authority.Request("person", List.of(), TlsFiles.Use.CLIENT),
            NOW.minus(Duration.ofDays(1)),
            NOW.plus(Duration.ofDays(50)))
        .write(directory);
    assertRefused("CN=person is not made for this use", "serverAuth");
    TlsFiles.open(directory, TlsFiles.Use.CLIENT);
  }

  @Test
  void shouldReadAgainWhereACertificateIsRenewedAndStayWhereItCannotBeUsed() throws IOException {
    TestClock clock = new TestClock(NOW);
    List<String> log = new ArrayList<>();
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE, clock, log::add);
    Instant before = files.expires();

    write("tls.crt", "being written");
    clock.pass(Duration.ofMinutes(1));
    assertEquals(before, files.expires());
    assertTrue(log.get(0).contains("those of before stay"), log.toString());

    node(AUTHORITY, Duration.ofDays(-1), Duration.ofDays(90)).write(directory);
    Files.setLastModifiedTime(
        directory.resolve("tls.crt"), FileTime.from(NOW.plus(Duration.ofMinutes(5))));
    clock.pass(Duration.ofMinutes(1));
    assertNotEquals(before, files.expires());
  }

  @Test
  void shouldComplainOnceOfFilesThatStayWrong() throws IOException {
    TestClock clock = new TestClock(NOW);
    List<String> log = new ArrayList<>();
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE, clock, log::add);

    // Not valid yet: what is said of it has the time.
    node(AUTHORITY, Duration.ofDays(1), Duration.ofDays(50)).write(directory);
    for (int look = 0; look < 3; look++) {
      clock.pass(Duration.ofMinutes(1));
      files.look();
    }
    assertEquals(1, log.size(), log.toString());
    write("tls.crt", "wrong otherwise");
    for (int look = 0; look < 3; look++) {
      clock.pass(Duration.ofMinutes(1));
      files.look();
    }
    assertEquals(2, log.size(), log.toString());
    Files.delete(directory.resolve("tls.crt"));
    clock.pass(Duration.ofMinutes(1));
    files.look();
    assertEquals(3, log.size(), log.toString());
  }

  /** It is tried again, though nothing is said. */
  @Test
  void shouldTakeACertificateAsSoonAsItIsValid() throws IOException {
    TestClock clock = new TestClock(NOW);
    List<String> log = new ArrayList<>();
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE, clock, log::add);
    Instant before = files.expires();
    node(AUTHORITY, Duration.ofDays(1), Duration.ofDays(50)).write(directory);
    clock.pass(Duration.ofHours(23));
    assertEquals(before, files.expires());
    clock.pass(Duration.ofHours(2));
    assertNotEquals(before, files.expires());
    assertEquals(1, log.size(), log.toString());
  }

  @Test
  void shouldWarnThirtyDaysBeforeACertificateEnds() {
    TestClock clock = new TestClock(NOW);
    List<String> log = new ArrayList<>();
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE, clock, log::add);
    assertEquals(List.of(), log);
    clock.pass(Duration.ofDays(31));
    files.expires();
    files.expires();
    assertEquals(1, log.size(), log.toString());
    assertTrue(log.get(0).contains("certificate=CN=node"), log.toString());
    assertTrue(log.get(0).contains("days=28"), log.toString());
    clock.pass(Duration.ofDays(1));
    files.expires();
    assertEquals(2, log.size(), log.toString());
  }

  @Test
  void shouldSayAtOnceAndEachDayThatACertificateHasEnded() {
    TestClock clock = new TestClock(NOW);
    List<String> log = new ArrayList<>();
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE, clock, log::add);
    clock.pass(Duration.ofDays(60).minusHours(1));
    files.expires();
    assertTrue(log.get(0).contains("ends soon"), log.toString());
    for (int minute = 1; minute < 180; minute++) {
      clock.pass(Duration.ofMinutes(1));
      files.expires();
    }
    assertEquals(2, log.size(), log.toString());
    assertTrue(log.get(1).contains("has ended, and new connections are refused"), log.toString());
    clock.pass(Duration.ofDays(1));
    files.expires();
    assertEquals(3, log.size(), log.toString());
  }

  @Test
  void shouldTrustAnAuthoritysFile() throws IOException {
    assertEquals("TLS", TlsFiles.trusting(directory.resolve("ca.crt")).getProtocol());
    Files.writeString(directory.resolve("none.crt"), "text", StandardCharsets.US_ASCII);
    assertThrows(TlsException.class, () -> TlsFiles.trusting(directory.resolve("none.crt")));
  }
}
