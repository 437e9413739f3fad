package dev.yamabiko.wire;

import akka.actor.ActorSystem;
import akka.actor.setup.ActorSystemSetup;
import akka.remote.artery.tcp.SSLEngineProvider;
import akka.remote.artery.tcp.SSLEngineProviderSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.wire.tls.TlsFailure;
import dev.yamabiko.wire.tls.TlsFiles;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * TLS of the control plane: both ends of every connection between actor systems show a node's
 * certificate. Why a peer was refused, or has refused this node, is in the log: Artery itself tries
 * again, and says little.
 */
public final class ControlTls implements SSLEngineProvider {

  private static final Logger LOG = LoggerFactory.getLogger(ControlTls.class);

  /** A node that is refused tries again and again, for the same reason. */
  private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

  private static final int MOST_SAID = 100;

  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  private final TlsFiles files;
  private final RefusalLog refusals = new RefusalLog("control");

  /** When a line was written; the oldest first. */
  private final Map<String, Long> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_SAID;
        }
      };

  private ControlTls(TlsFiles files) {
    this.files = files;
  }

  /**
   * What an actor system of a node begins with.
   *
   * @param tls empty for plain text
   */
  public static ActorSystemSetup setup(Config config, Optional<TlsFiles> tls) {
    if (tls.isEmpty()) {
      return AkkaResources.setup(config);
    }
    ControlTls provider = new ControlTls(tls.get());
    Config secure =
        ConfigFactory.parseMap(Map.of("akka.remote.artery.transport", "tls-tcp"))
            .withFallback(config);
    return AkkaResources.setup(secure)
        .withSetup(
            SSLEngineProviderSetup.create(
                system -> {
                  lookNowAndThen(system, tls.get());
                  return provider;
                }));
  }

  /** So that a node without new connections hears of its certificate's end as well. */
  private static void lookNowAndThen(ActorSystem system, TlsFiles files) {
    system
        .scheduler()
        .scheduleWithFixedDelay(LOOK_AGAIN, LOOK_AGAIN, files::look, system.dispatcher());
  }

  /**
   * @param host this node's own: Akka does not tell the peer's
   */
  @Override
  public SSLEngine createServerSSLEngine(String host, int port) {
    return new WatchedEngine(
        files.nodeServer(), failure -> refusals.refused("unknown", TlsFailure.reason(failure)));
  }

  @Override
  public SSLEngine createClientSSLEngine(String host, int port) {
    return new WatchedEngine(
        files.nodeClient(host, port),
        failure -> failed(host + ":" + port, TlsFailure.reason(failure)));
  }

  private void failed(String peer, String reason) {
    String line = peer + " " + reason;
    long now = System.nanoTime();
    synchronized (said) {
      Long last = said.get(line);
      if (last != null && now - last < SAY_AGAIN.toNanos()) {
        return;
      }
      said.remove(line);
      said.put(line, now);
    }
    LOG.warn("control connection failed, trying again peer={} reason={}", peer, reason);
  }

  /** All that there is to check, the handshake has. */
  @Override
  public Option<Throwable> verifyClientSession(String host, SSLSession session) {
    return Option.empty();
  }

  @Override
  public Option<Throwable> verifyServerSession(String host, SSLSession session) {
    return Option.empty();
  }
}
