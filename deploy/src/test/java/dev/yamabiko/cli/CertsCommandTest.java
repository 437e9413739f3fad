package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.wire.tls.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertsCommandTest {

  @TempDir private Path working;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String commandLine) {
    out.reset();
    err.reset();
    return Main.run(
        commandLine.split(" "),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        working);
  }

  private X509Certificate certificate(String file) throws Exception {
    try (InputStream in = Files.newInputStream(working.resolve(file))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static List<String> names(X509Certificate certificate) throws Exception {
    return certificate.getSubjectAlternativeNames().stream()
        .map(name -> name.get(0) + " " + name.get(1))
        .toList();
  }

  @Test
  void shouldMakeAnAuthorityAndNodesThatNodesTake() throws Exception {
    assertEquals(
        0,
        run(
            "certs --out c --node coordinator --host coordinator.example,10.0.0.5,fd00::5 --node"
                + " worker --days 30"),
        err.toString());
    assertTrue(out.toString().contains("c/ca  the new authority, until "), out.toString());
    X509Certificate coordinator = certificate("c/coordinator/tls.crt");
    assertEquals(
        List.of("2 coordinator.example", "7 10.0.0.5", "7 fd00:0:0:0:0:0:0:5"), names(coordinator));
    assertEquals(List.of("2 worker"), names(certificate("c/worker/tls.crt")));
    assertEquals(
        List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), coordinator.getExtendedKeyUsage());
    assertEquals("EC", coordinator.getPublicKey().getAlgorithm());
    assertEquals(-1, coordinator.getBasicConstraints());
    assertEquals(0, certificate("c/ca/tls.crt").getBasicConstraints());
    Duration left = Duration.between(Instant.now(), coordinator.getNotAfter().toInstant());
    assertTrue(left.toDays() == 29 || left.toDays() == 30, left.toString());
    for (String node : List.of("coordinator", "worker")) {
      TlsFiles.open(working.resolve("c").resolve(node), TlsFiles.Use.NODE);
      assertArrayEquals(
          Files.readAllBytes(working.resolve("c/ca/tls.crt")),
          Files.readAllBytes(working.resolve("c").resolve(node).resolve("ca.crt")));
    }
  }

  /** The loopback address, whose text is mostly colons. */
  @Test
  void shouldNameAnAddressOfTheSixthVersionAsOne() throws Exception {
    assertEquals(0, run("certs --node a --host ::1"), err.toString());
    assertEquals(List.of("7 0:0:0:0:0:0:0:1"), names(certificate("certs/a/tls.crt")));
    assertTrue(out.toString().contains("certs/a  node, for the hosts ::1, until "), out.toString());
  }

  @Test
  void shouldLetNobodyElseReadKeys() throws IOException {
    assertEquals(0, run("certs --node a --client b"), err.toString());
    for (String name : List.of("ca", "a", "b")) {
      Path key = working.resolve("certs").resolve(name).resolve("tls.key");
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    }
    try (Stream<Path> files = Files.list(working.resolve("certs/a"))) {
      assertEquals(
          List.of("ca.crt", "tls.crt", "tls.key"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void shouldUseAnAuthorityAgain() throws Exception {
    assertEquals(0, run("certs --node a"), err.toString());
    X509Certificate before = certificate("certs/ca/tls.crt");
    assertEquals(0, run("certs --node b"), err.toString());
    assertFalse(out.toString().contains("authority"), out.toString());
    assertEquals(before, certificate("certs/ca/tls.crt"));
    certificate("certs/b/tls.crt").verify(before.getPublicKey());
  }

  /** The key may be kept elsewhere, as it had better be. */
  @Test
  void shouldNotReplaceAnAuthorityWhoseKeyIsAway() throws Exception {
    assertEquals(0, run("certs --node a"), err.toString());
    X509Certificate before = certificate("certs/ca/tls.crt");
    Files.delete(working.resolve("certs/ca/tls.key"));
    assertEquals(2, run("certs --node b"));
    assertTrue(err.toString().contains("certs/ca has the certificate of an"), err.toString());
    assertEquals(before, certificate("certs/ca/tls.crt"));
    assertFalse(Files.exists(working.resolve("certs/b")));
  }

  /** As one leaves it that broke off in between. */
  @Test
  void shouldSayWhatToDoAboutAKeyOfAnAuthorityAlone() throws Exception {
    assertEquals(0, run("certs --node a"), err.toString());
    Files.delete(working.resolve("certs/ca/tls.crt"));
    assertEquals(2, run("certs --node b"));
    assertTrue(err.toString().contains("bring tls.crt back, or, if there never"), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    Files.delete(working.resolve("certs/ca/tls.key"));
    assertEquals(0, run("certs --node b"), err.toString());
  }

  @Test
  void shouldLeaveThePairOfBeforeWhereANewOneCannotBeWritten() throws Exception {
    assertEquals(0, run("certs --node a"), err.toString());
    // Stands where the certificate is written before it takes its place.
    Files.createDirectories(working.resolve("certs/a/tls.crt.part/in-the-way"));
    byte[] key = Files.readAllBytes(working.resolve("certs/a/tls.key"));
    assertEquals(2, run("certs --node a --replace"));
    assertArrayEquals(key, Files.readAllBytes(working.resolve("certs/a/tls.key")));
    assertFalse(Files.exists(working.resolve("certs/a/tls.key.part")));
    TlsFiles.open(working.resolve("certs/a"), TlsFiles.Use.NODE);
  }

  @Test
  void shouldSayThatAFileIsNoDirectory() throws Exception {
    Files.writeString(working.resolve("job.conf"), "");
    assertEquals(2, run("certs --node a --out job.conf"));
    assertTrue(err.toString().contains("--out expects a directory but job.conf"), err.toString());
  }

  @Test
  void shouldReplaceAKeyOnlyWhereItIsToldTo() throws Exception {
    assertEquals(0, run("certs --node a"), err.toString());
    byte[] key = Files.readAllBytes(working.resolve("certs/a/tls.key"));
    byte[] authority = Files.readAllBytes(working.resolve("certs/ca/tls.key"));
    assertEquals(2, run("certs --node b --node a"));
    assertTrue(err.toString().contains("certs/a has a key already; --replace"), err.toString());
    assertArrayEquals(key, Files.readAllBytes(working.resolve("certs/a/tls.key")));
    assertFalse(Files.exists(working.resolve("certs/b")), "nothing is made where not all is");
    assertEquals(0, run("certs --node a --replace"), err.toString());
    assertFalse(Arrays.equals(key, Files.readAllBytes(working.resolve("certs/a/tls.key"))));
    assertArrayEquals(authority, Files.readAllBytes(working.resolve("certs/ca/tls.key")));
    TlsFiles.open(working.resolve("certs/a"), TlsFiles.Use.NODE);
  }

  @Test
  void shouldMakeClientsThatAreNoNodes() throws Exception {
    assertEquals(0, run("certs --client person"), err.toString());
    X509Certificate person = certificate("certs/person/tls.crt");
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), person.getExtendedKeyUsage());
    TlsFiles.open(working.resolve("certs/person"), TlsFiles.Use.CLIENT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "certs                           | expected --node NAME or --client NAME",
        "certs --host a                  | --host expects the --node before it",
        "certs --node ca                 | expected names of which each is another, and not ca",
        "certs --node a --node a         | expected names of which each is another",
        "certs --node ../a               | a name expects at most 63 letters",
        "certs --node a_b                | --node a_b is no name of a host; expected its hosts, too, with --host",
        "certs --node a --host b_c       | --host expects names or addresses of hosts but got b_c",
        "certs --node a --host 1.2.3.999 | --host expects names or addresses of hosts but got 1.2.3.999",
        "certs --node 1.2.3.999          | --node 1.2.3.999 is no name of a host; expected its hosts",
        "certs --node a --days 0         | --days expects a number from 1 to 9999 but got 0",
        "certs --node a --ca-days 10     | --days expects that the authority, which ends on",
      })
  void shouldRefuseWrongOptions(String commandLine, String expected) {
    assertEquals(2, run(commandLine.strip()));
    assertTrue(err.toString().contains(expected), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertFalse(Files.exists(working.resolve("certs/a")));
  }

  @Test
  void shouldRefuseAnAuthorityThatIsNone() throws IOException {
    assertEquals(0, run("certs --node a"), err.toString());
    for (String file : List.of("tls.crt", "tls.key")) {
      Files.copy(
          working.resolve("certs/a").resolve(file),
          working.resolve("certs/ca").resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    assertEquals(2, run("certs --node b"));
    assertTrue(
        err.toString().contains("expected the certificate of an authority but found that of CN=a"),
        err.toString());
  }
}
