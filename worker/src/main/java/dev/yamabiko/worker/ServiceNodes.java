package dev.yamabiko.worker;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.discovery.Discovery;
import akka.discovery.Lookup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.wire.AkkaResources;
import dev.yamabiko.worker.NodeSettings.Peer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The nodes behind the name of a service: the targets of its SRV records {@code
 * _control._tcp.NAME}, as the DNS has them of a headless service of Kubernetes.
 */
public final class ServiceNodes {

  private static final String METHOD = "akka-dns";
  private static final String PORT = "control";
  private static final Duration LOOKUP = Duration.ofSeconds(5);

  private ServiceNodes() {}

  /** What the DNS is asked for. */
  public static String records(String service) {
    return "_%s._tcp.%s".formatted(PORT, service);
  }

  /** Those that there are at the moment; none, and no failure, where the DNS knows no such name. */
  static CompletionStage<Set<Peer>> of(ActorSystem<?> system, String service) {
    return Discovery.get(system)
        .loadServiceDiscovery(METHOD)
        .lookup(Lookup.create(service).withPortName(PORT).withProtocol("tcp"), LOOKUP)
        .thenApply(
            resolved ->
                resolved.getAddresses().stream()
                    .filter(target -> target.getPort().isPresent())
                    .map(target -> new Peer(target.host(), (Integer) target.getPort().get()))
                    .collect(Collectors.toCollection(LinkedHashSet::new)));
  }

  /**
   * The same for somebody who is no node, once.
   *
   * @throws CompletionException if no name server answers
   */
  public static Set<Peer> now(String service) {
    return now(service, ConfigFactory.empty());
  }

  static Set<Peer> now(String service, Config names) {
    Config config =
        names
            .withFallback(
                ConfigFactory.parseMap(
                    Map.of("akka.actor.provider", "local", "akka.loglevel", "OFF")))
            .withFallback(ConfigFactory.load("cluster-node"));
    ActorSystem<Void> system =
        ActorSystem.create(Behaviors.empty(), "yamabiko", AkkaResources.setup(config));
    try {
      return of(system, service)
          .toCompletableFuture()
          .orTimeout(2 * LOOKUP.toSeconds(), TimeUnit.SECONDS)
          .join();
    } finally {
      system.terminate();
    }
  }
}
