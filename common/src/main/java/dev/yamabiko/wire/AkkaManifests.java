package dev.yamabiko.wire;

import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarFile;

/**
 * The class loader of an actor system: this program's own, but of all jars' manifests it shows
 * those of Akka. An actor system reads every manifest that there is, to see that all of Akka has
 * one version; of a signed jar, the signatures with it. That would take a tenth of a node's start.
 */
public final class AkkaManifests extends ClassLoader {

  private AkkaManifests(ClassLoader all) {
    super("akka-manifests", all);
  }

  /** What an actor system begins with that has such a class loader. */
  public static ActorSystemSetup setup(Config config) {
    ClassLoader loader = new AkkaManifests(AkkaManifests.class.getClassLoader());
    return ActorSystemSetup.create(BootstrapSetup.create(config).withClassloader(loader));
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    Enumeration<URL> all = super.getResources(name);
    if (!name.equals(JarFile.MANIFEST_NAME)) {
      return all;
    }
    List<URL> ofAkka =
        Collections.list(all).stream().filter(url -> url.getPath().contains("/akka-")).toList();
    return Collections.enumeration(ofAkka);
  }
}
