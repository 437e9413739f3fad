package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import akka.actor.ActorSystem;
import akka.actor.Deploy;
import akka.actor.Props;
import akka.actor.UntypedAbstractActor;
import akka.event.Logging;
import akka.remote.NotAllowedClassRemoteDeploymentAttemptException;
import akka.remote.RemoteScope;
import akka.serialization.DisabledJavaSerializer;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every node's configuration keeps peers from having done. */
class NodeConfigurationTest {

  private static final AtomicInteger STARTED = new AtomicInteger();

  /** Any class of an actor that is on the class path, here and there. */
  private static final class Anything extends UntypedAbstractActor {

    @Override
    public void preStart() {
      STARTED.incrementAndGet();
    }

    @Override
    public void onReceive(Object message) {
      unhandled(message);
    }
  }

  private final Config config =
      ConfigFactory.parseString("akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }")
          .withFallback(ConfigFactory.load("cluster-node"));
  private final ActorSystem node = ActorSystem.create("yamabiko", config);

  @AfterEach
  void end() {
    TestKit.shutdownActorSystem(node);
  }

  @Test
  void shouldStartNoActorForAPeer() {
    TestKit refusals = new TestKit(node);
    node.eventStream().subscribe(refusals.getRef(), Logging.Error.class);
    // Akka's own deployment, which members of a cluster may use, without the cluster.
    Config own =
        ConfigFactory.parseString(
            "akka { actor.provider = remote, remote.use-unsafe-remote-features-outside-cluster = on }");
    ActorSystem peer = ActorSystem.create("peer", own.withFallback(config));
    try {
      Deploy there = new Deploy(new RemoteScope(node.provider().getDefaultAddress()));
      peer.actorOf(Props.create(Anything.class).withDeploy(there), "any");
      Logging.Error refusal = refusals.expectMsgClass(Duration.ofMinutes(2), Logging.Error.class);
      assertInstanceOf(NotAllowedClassRemoteDeploymentAttemptException.class, refusal.cause());
      assertEquals(0, STARTED.get());
    } finally {
      TestKit.shutdownActorSystem(peer);
    }
  }

  /** Neither for what is sent nor, by its number, for what arrives. */
  @Test
  void shouldHaveNoJavaSerialization() throws NotSerializableException {
    assertFalse(config.getBoolean("akka.actor.allow-java-serialization"));
    Serialization serialization = SerializationExtension.get(node);
    Serializer java = serialization.serializerFor(ArrayList.class);
    assertInstanceOf(DisabledJavaSerializer.class, java);
    assertSame(java, serialization.serializerByIdentity().apply(java.identifier()));
  }
}
