package dev.yamabiko.wire.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the authority writes, as the JDK reads it. */
class AuthorityTest {

  private static final String SERVER = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT = "1.3.6.1.5.5.7.3.2";
  private static final Instant FROM = Instant.parse("2026-02-03T04:05:06Z");

  /** In the form that needs four digits for the year. */
  private static final Instant UNTIL = Instant.parse("2051-12-31T23:59:59Z");

  private final Authority authority = Authority.create("Échos", FROM, UNTIL);

  private X509Certificate issue(TlsFiles.Use use, String... hosts) {
    Authority.Request request = new Authority.Request("node-1", List.of(hosts), use);
    return authority.issue(request, FROM, FROM.plusSeconds(10)).certificate();
  }

  @Test
  void shouldSignItself() throws Exception {
    X509Certificate own = authority.certificate();
    own.verify(own.getPublicKey());
    assertEquals("CN=Échos", own.getSubjectX500Principal().getName());
    assertEquals(own.getSubjectX500Principal(), own.getIssuerX500Principal());
    assertEquals(3, own.getVersion());
    assertEquals(0, own.getBasicConstraints());
    assertArrayEquals(
        new boolean[] {false, false, false, false, false, true, true, false, false},
        own.getKeyUsage());
    assertEquals(Date.from(FROM), own.getNotBefore());
    assertEquals(Date.from(UNTIL), own.getNotAfter());
    assertEquals(Set.of("2.5.29.15", "2.5.29.19"), own.getCriticalExtensionOIDs());
  }

  @Test
  void shouldIssueWhatItsOwnCertificateVouchesFor() throws Exception {
    X509Certificate issued = issue(TlsFiles.Use.NODE);
    PKIXParameters trust =
        new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
    trust.setRevocationEnabled(false);
    trust.setDate(Date.from(FROM.plusSeconds(5)));
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(issued)), trust);
    assertEquals(Date.from(FROM.plusSeconds(10)), issued.getNotAfter());
    assertEquals(-1, issued.getBasicConstraints());
    assertArrayEquals(
        new boolean[] {true, false, false, false, false, false, false, false, false},
        issued.getKeyUsage());
  }

  @Test
  void shouldNameTheAuthoritysKey() {
    byte[] own = authority.certificate().getExtensionValue("2.5.29.14");
    byte[] named = issue(TlsFiles.Use.NODE).getExtensionValue("2.5.29.35");
    HexFormat hex = HexFormat.of();
    // Both have 20 bytes: 04 14 before in the one, 30 16 80 14 in the other, each in an octet
    // string.
    assertEquals("04160414", hex.formatHex(own, 0, 4));
    assertEquals("041830168014", hex.formatHex(named, 0, 6));
    assertEquals(hex.formatHex(own, 4, 24), hex.formatHex(named, 6, 26));
  }

  @Test
  void shouldAllowWhatIsAskedFor() throws Exception {
    assertEquals(List.of(SERVER, CLIENT), issue(TlsFiles.Use.NODE).getExtendedKeyUsage());
    assertEquals(List.of(CLIENT), issue(TlsFiles.Use.CLIENT).getExtendedKeyUsage());
  }

  @Test
  void shouldWriteNamesAndAddresses() throws Exception {
    Map<String, Integer> names = new HashMap<>();
    for (List<?> name :
        issue(TlsFiles.Use.NODE, "*.example.org", "10.0.0.5", "2001:db8::7")
            .getSubjectAlternativeNames()) {
      names.put((String) name.get(1), (Integer) name.get(0));
    }
    String address = InetAddress.getByName("2001:db8::7").getHostAddress();
    assertEquals(Map.of("*.example.org", 2, "10.0.0.5", 7, address, 7), names);
    assertNull(issue(TlsFiles.Use.NODE).getSubjectAlternativeNames());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.500", "höst"})
  void shouldRefuseWhatIsNeitherNameNorAddress(String host) {
    assertThrows(TlsException.class, () -> issue(TlsFiles.Use.NODE, host));
  }

  @Test
  void shouldGiveEachItsOwnPositiveNumberAndKey() {
    X509Certificate one = issue(TlsFiles.Use.NODE);
    X509Certificate other = issue(TlsFiles.Use.NODE);
    assertEquals(1, one.getSerialNumber().signum());
    assertNotEquals(one.getSerialNumber(), other.getSerialNumber());
    assertNotEquals(one.getPublicKey(), other.getPublicKey());
  }

  /** More hosts than lengths of one byte, and of two, can tell. */
  @ParameterizedTest
  @CsvSource({"5", "9", "10", "21", "22", "3000"})
  void shouldWriteAnyNumberOfHosts(int count) throws Exception {
    String[] hosts = new String[count];
    for (int i = 0; i < count; i++) {
      hosts[i] = "node-%05d".formatted(i);
    }
    assertEquals(count, issue(TlsFiles.Use.NODE, hosts).getSubjectAlternativeNames().size());
  }

  /** The examples of X.690 and of common use. */
  @ParameterizedTest
  @CsvSource({
    "2.5.4.3, 0603550403",
    "1.2.840.113549, 06062a864886f70d",
    "2.100.3, 0603813403",
    "1.2.127.128.16384, 06072a7f8100818000"
  })
  void shouldWriteObjectIdentifiers(String dotted, String der) {
    assertEquals(der, HexFormat.of().formatHex(Der.objectIdentifier(dotted)));
  }

  @ParameterizedTest
  @CsvSource({
    "2049-12-31T23:59:59Z, 170d3439313233313233353935395a",
    "2050-01-01T00:00:00Z, 180f32303530303130313030303030305a"
  })
  void shouldWriteTimes(Instant time, String der) {
    assertEquals(der, HexFormat.of().formatHex(Der.time(time)));
  }

  @ParameterizedTest
  @CsvSource({"127, 02017f", "128, 02020080", "-1, 0201ff"})
  void shouldWriteNumbers(BigInteger number, String der) {
    assertEquals(der, HexFormat.of().formatHex(Der.integer(number)));
  }

  /** It would be replaced else. */
  @Test
  void shouldNotTakeAKeyForAbsentThatCannotBeSeen(@TempDir Path directory) throws IOException {
    assertFalse(Credentials.hasKey(directory));
    Files.createSymbolicLink(directory.resolve("tls.key"), Path.of("tls.key"));
    assertTrue(Credentials.hasKey(directory));
  }
}
