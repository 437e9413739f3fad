package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

class AkkaResourcesTest {

  private static final String OF_ACTORS = "akka.actor.guardian-supervisor-strategy";
  private static final String OF_REMOTING = "akka.remote.artery.transport";

  private static BootstrapSetup bootstrap(ActorSystemSetup setup) {
    return setup.get(BootstrapSetup.class).orElseThrow();
  }

  private static ClassLoader loader(ActorSystemSetup setup) {
    return bootstrap(setup).classLoader().get();
  }

  /** As an actor system completes what it is given. */
  private static Config reference(ActorSystemSetup setup) {
    return ConfigFactory.defaultReference(loader(setup));
  }

  @Test
  void shouldHideManifestsThatAreNotOfAkka() throws IOException {
    ClassLoader loader = loader(AkkaResources.setup(ConfigFactory.empty()));
    List<URL> manifests = Collections.list(loader.getResources(JarFile.MANIFEST_NAME));
    assertFalse(manifests.isEmpty());
    assertTrue(manifests.stream().allMatch(url -> url.getPath().contains("/akka-")));
  }

  @Test
  void shouldKnowOfActorsAloneWhereNothingElseIsWanted() {
    ActorSystemSetup all = AkkaResources.setup(ConfigFactory.empty());
    ActorSystemSetup actors = AkkaResources.ofActors("akka-resources-test", config -> config);
    assertTrue(reference(all).hasPath(OF_ACTORS));
    assertTrue(reference(all).hasPath(OF_REMOTING));
    assertTrue(reference(actors).hasPath(OF_ACTORS));
    assertFalse(reference(actors).hasPath(OF_REMOTING));
    assertFalse(bootstrap(actors).config().get().hasPath(OF_REMOTING));
  }

  @Test
  void shouldTakeWhatIsAdded() {
    ActorSystemSetup setup =
        AkkaResources.ofActors(
            "akka-resources-test",
            config -> config.withValue("some.value", ConfigValueFactory.fromAnyRef(7)));
    assertEquals(7, bootstrap(setup).config().get().getInt("some.value"));
  }
}
