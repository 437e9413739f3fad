package dev.yamabiko.wire.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be the other end of a connection between nodes, and what both ends say if not. */
class NodeTrustTest {

  private static final Instant NOW = Instant.now();
  private static final Duration DAY = Duration.ofDays(1);
  private static final Authority AUTHORITY = authority("first");
  private static final Authority OTHER = authority("second");

  @TempDir private Path directory;

  private static Authority authority(String name) {
    return Authority.create(name, NOW.minus(DAY.multipliedBy(9)), NOW.plus(DAY.multipliedBy(99)));
  }

  private TlsFiles files(String name, Authority authority, TlsFiles.Use use) throws IOException {
    return files(name, authority, use, NOW.minus(DAY), NOW.plus(DAY.multipliedBy(60)), NOW);
  }

  private TlsFiles files(
      String name,
      Authority authority,
      TlsFiles.Use use,
      Instant from,
      Instant until,
      Instant opened)
      throws IOException {
    Path at = directory.resolve(name);
    authority.issue(new Authority.Request(name, List.of(), use), from, until).write(at);
    return TlsFiles.open(at, use, Clock.fixed(opened, ZoneOffset.UTC), warning -> {});
  }

  private TlsFiles node(String name) throws IOException {
    return files(name, AUTHORITY, TlsFiles.Use.NODE);
  }

  /** One that believes the first authority as well. */
  private TlsFiles peer(
      String name, Authority authority, Instant from, Instant until, Instant opened)
      throws IOException {
    files(name, authority, TlsFiles.Use.NODE, from, until, opened);
    Path at = directory.resolve(name);
    Files.copy(at.resolve("ca.crt"), directory.resolve(name + ".ca"));
    Files.writeString(
        at.resolve("ca.crt"),
        Files.readString(directory.resolve("node/ca.crt")),
        StandardOpenOption.APPEND);
    return TlsFiles.open(at, TlsFiles.Use.NODE, Clock.fixed(opened, ZoneOffset.UTC), warning -> {});
  }

  /** One that was good when its process began. */
  private TlsFiles expired(String name) throws IOException {
    Instant then = NOW.minus(DAY.multipliedBy(2));
    return files(name, AUTHORITY, TlsFiles.Use.NODE, then.minus(DAY), then.plus(DAY), then);
  }

  private static Handshake handshake(TlsFiles client, TlsFiles server) {
    return new Handshake(client.nodeClient("server.example", 2551), server.nodeServer());
  }

  private static void assertRefusedByServer(Handshake handshake, String reason) {
    assertFalse(handshake.isDone());
    String said = TlsFailure.reason(handshake.atServer().orElseThrow());
    assertTrue(said.contains(reason), said);
    String heard = TlsFailure.reason(handshake.atClient().orElseThrow());
    assertTrue(heard.contains("the peer refused this node's certificate"), heard);
  }

  @Test
  void shouldBelieveNodesOfTheAuthorityWhateverTheirNames() throws IOException {
    Handshake handshake = handshake(node("worker"), node("coordinator"));
    assertTrue(handshake.isDone());
    assertEquals("TLSv1.3", handshake.protocol());
  }

  @Test
  void shouldTakeTls12ButNothingOlder() throws IOException {
    SSLEngine client = node("worker").nodeClient("server.example", 2551);
    client.setEnabledProtocols(new String[] {"TLSv1.2"});
    Handshake handshake = new Handshake(client, node("coordinator").nodeServer());
    assertTrue(handshake.isDone());
    assertEquals("TLSv1.2", handshake.protocol());
    for (String suite : client.getEnabledCipherSuites()) {
      assertTrue(suite.matches("TLS_(ECDHE_.*_WITH_)?(AES_\\d+_GCM|CHACHA20_).*"), suite);
    }
  }

  @Test
  void shouldRefuseAPeerWithoutCertificate() throws IOException {
    node("coordinator");
    SSLEngine client =
        TlsFiles.trusting(directory.resolve("coordinator/ca.crt")).createSSLEngine("h", 1);
    client.setUseClientMode(true);
    assertRefusedByServer(
        new Handshake(client, node("coordinator").nodeServer()),
        "it showed no certificate of the authority in ca.crt");
  }

  @Test
  void shouldRefuseANodeOfAnotherAuthorityAtBothEnds() throws IOException {
    TlsFiles stranger = files("stranger", OTHER, TlsFiles.Use.NODE);
    Handshake asClient = handshake(stranger, node("coordinator"));
    String said = TlsFailure.reason(asClient.atClient().orElseThrow());
    assertTrue(said.contains("CN=coordinator, issued by CN=first, is none of the"), said);
    assertFalse(asClient.isDone());

    // One that believes whatever it connects to.
    files("both", AUTHORITY, TlsFiles.Use.NODE);
    Files.writeString(
        directory.resolve("stranger/ca.crt"),
        Files.readString(directory.resolve("stranger/ca.crt"))
            + Files.readString(directory.resolve("both/ca.crt")));
    TlsFiles credulous = TlsFiles.open(directory.resolve("stranger"), TlsFiles.Use.NODE);
    assertRefusedByServer(
        handshake(credulous, node("coordinator")),
        "it showed no certificate of the authority in ca.crt");
  }

  /** Anybody can make a certificate of whatever name. */
  @Test
  void shouldSayInOneLineWhomItRefuses() throws IOException {
    String forged = "w\n12:00:00.000 WARN  Forged all is well\u001b[2J" + "x".repeat(9_000);
    Path at = directory.resolve("forged");
    OTHER
        .issue(
            new Authority.Request(forged, List.of(), TlsFiles.Use.NODE),
            NOW.minus(DAY),
            NOW.plus(DAY))
        .write(at);
    Handshake handshake = handshake(node("worker"), TlsFiles.open(at, TlsFiles.Use.NODE));
    String said = TlsFailure.reason(handshake.atClient().orElseThrow());
    assertTrue(said.contains("w?12:00:00.000 WARN  Forged all is well?[2J"), said);
    assertFalse(said.contains("\n"), said);
    assertTrue(said.length() < 600, said);
  }

  @Test
  void shouldRefuseANodeWhoseCertificateHasExpired() throws IOException {
    assertRefusedByServer(
        handshake(expired("worker"), node("coordinator")), "CN=worker has expired on ");
    Handshake server = handshake(node("worker"), expired("coordinator"));
    assertFalse(server.isDone());
    String said = TlsFailure.reason(server.atClient().orElseThrow());
    assertTrue(said.contains("CN=coordinator has expired on "), said);
  }

  /** By a clock that moves on; the JDK looks at its own, and not at an authority's end. */
  @Test
  void shouldBelieveEachAuthorityWhileItIsValid() throws IOException {
    Instant then = NOW.minus(DAY.multipliedBy(3));
    Instant change = NOW.minus(DAY);
    Authority old = Authority.create("old", then.minus(DAY), change);
    Authority next = Authority.create("next", change, NOW.plus(DAY.multipliedBy(99)));
    Instant end = NOW.plus(DAY.multipliedBy(60));
    files("node", AUTHORITY, TlsFiles.Use.NODE, then.minus(DAY), end, NOW);
    TlsFiles ofOld = peer("of-old", old, then, end, then);
    TlsFiles ofNext = peer("of-next", next, change, end, NOW);
    Path at = directory.resolve("node");
    for (String other : List.of("of-old", "of-next")) {
      Files.writeString(
          at.resolve("ca.crt"),
          Files.readString(directory.resolve(other + ".ca")),
          StandardOpenOption.APPEND);
    }
    TestClock clock = new TestClock(then);
    TlsFiles node = TlsFiles.open(at, TlsFiles.Use.NODE, clock, warning -> {});
    assertTrue(handshake(ofOld, node).isDone());
    assertFalse(handshake(ofNext, node).isDone());
    clock.pass(Duration.between(then, NOW));
    assertFalse(handshake(ofOld, node).isDone());
    assertTrue(handshake(ofNext, node).isDone());
  }

  @Test
  void shouldNotProlongASessionByResumingIt() throws IOException {
    TlsFiles worker = node("worker");
    TlsFiles coordinator = node("coordinator");
    SSLSession first = handshake(worker, coordinator).session();
    SSLSession second = handshake(worker, coordinator).session();
    assertEquals(first.getCreationTime(), second.getCreationTime());
    assertEquals(600, second.getSessionContext().getSessionTimeout());
  }

  @Test
  void shouldRefuseAClientsCertificate() throws IOException {
    assertRefusedByServer(
        handshake(files("person", AUTHORITY, TlsFiles.Use.CLIENT), node("coordinator")),
        "the certificate CN=person is a client's, and no node's");
  }

  @Test
  void shouldTakeAClientsCertificateOrNoneForTheHttpApi() throws IOException {
    TlsFiles server = node("coordinator");
    SSLEngine person =
        files("person", AUTHORITY, TlsFiles.Use.CLIENT).context().createSSLEngine("h", 1);
    SSLEngine nobody =
        TlsFiles.trusting(directory.resolve("person/ca.crt")).createSSLEngine("h", 1);
    SSLEngine stranger =
        files("stranger", OTHER, TlsFiles.Use.CLIENT).context().createSSLEngine("h", 1);
    for (SSLEngine client : List.of(person, nobody, stranger)) {
      client.setUseClientMode(true);
      assertEquals(client != stranger, new Handshake(client, server.httpServer()).isDone());
    }
  }
}
