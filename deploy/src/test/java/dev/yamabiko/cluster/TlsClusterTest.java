package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose nodes show each other certificates: the same bits, and no strangers. */
@Tag("cluster")
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsClusterTest {

  private static final Authority AUTHORITY = authority("ours");

  @TempDir private static Path directory;

  private LocalCluster cluster;
  private LogLines log;

  private static Authority authority(String name) {
    return Authority.create(
        name, Instant.now().minus(Duration.ofDays(9)), Instant.now().plus(Duration.ofDays(90)));
  }

  private static TlsFiles files(String name, Authority authority) throws IOException {
    Path at = directory.resolve(name);
    authority
        .issue(
            new Authority.Request(name, List.of(), TlsFiles.Use.NODE),
            Instant.now().minus(Duration.ofDays(1)),
            Instant.now().plus(Duration.ofDays(60)))
        .write(at);
    return TlsFiles.open(at, TlsFiles.Use.NODE);
  }

  @BeforeAll
  void start() throws IOException {
    log = new LogLines();
    cluster = new LocalCluster(directory.resolve("secure"), Optional.of(files("node", AUTHORITY)));
    cluster.join("a", "b");
  }

  @AfterAll
  void end() {
    cluster.close();
    log.close();
  }

  @Test
  void shouldGiveTheSameBitsAsPlainText() throws IOException {
    cluster.joinParameters("p");
    Object secure = hash(cluster);
    cluster.leaveParameters("p");
    try (LocalCluster plain = new LocalCluster(directory.resolve("plain"))) {
      plain.join("a", "b");
      assertEquals(hash(plain), secure);
    }
  }

  private static Object hash(LocalCluster in) {
    JobView view = in.finished(in.submit(SmallJob.of(1).text()));
    assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
    return CanonicalJson.object(view.result().orElseThrow()).get("weights_sha256");
  }

  private void assertStays(String name, Optional<TlsFiles> tls, String refused, String refusing)
      throws InterruptedException {
    WorkerNode stranger = new WorkerNode(cluster.settings(name).with(tls));
    Thread thread = new Thread(stranger::run, "node-" + name);
    thread.start();
    LocalCluster.await(
        "both have said why",
        () ->
            said().stream().anyMatch(line -> line.contains(refusing))
                && (refused.isEmpty() || said().stream().anyMatch(line -> line.contains(refused))));
    stranger.leave();
    thread.join(60_000);
    assertEquals(2, cluster.workers().size());
  }

  private List<String> said() {
    return log.from(Level.WARN, "dev.yamabiko.wire");
  }

  @Test
  void shouldRefuseANodeOfAnotherAuthority() throws Exception {
    assertStays(
        "stranger",
        Optional.of(files("stranger", authority("theirs"))),
        "control connection failed, trying again peer=127.0.0.1:%d reason=the certificate CN=node, issued by CN=ours, is none of the authority"
            .formatted(cluster.coordinator().port()),
        "control connection refused peer=unknown reason=the peer refused this node's certificate");
    Files.writeString(
        directory.resolve("stranger/ca.crt"),
        Files.readString(directory.resolve("stranger/ca.crt"))
            + Files.readString(directory.resolve("node/ca.crt")));
    assertStays(
        "credulous",
        Optional.of(TlsFiles.open(directory.resolve("stranger"), TlsFiles.Use.NODE)),
        "reason=the peer refused this node's certificate, and says: ",
        "control connection refused peer=unknown reason=it showed no certificate of the authority");
  }

  @Test
  void shouldRefuseANodeWithoutTls() throws Exception {
    assertStays(
        "plain",
        Optional.empty(),
        "",
        "control connection refused peer=unknown reason=it sent something else than TLS");
  }

  @Test
  void shouldTellAPlainTextProbeNothing() throws IOException {
    for (int port : new int[] {cluster.coordinator().port(), cluster.coordinator().bulkPort()}) {
      PlainTextProbe.assertLearnsNothing(new InetSocketAddress(LocalCluster.HOST, port));
    }
  }
}
