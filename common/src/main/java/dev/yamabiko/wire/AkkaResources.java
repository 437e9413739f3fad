package dev.yamabiko.wire;

import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.jar.JarFile;

/**
 * The class loader of an actor system: this program's own, but it hides what would take a part of a
 * node's start for nothing.
 *
 * <ul>
 *   <li>All jars' manifests but those of Akka. An actor system reads every one that there is, to
 *       see that all of Akka has one version; of a signed jar, the signatures with it.
 *   <li>Where nothing but actors is wanted, the configuration of all other modules of Akka. An
 *       actor system loads the serializers and extensions that any of them names.
 * </ul>
 */
public final class AkkaResources extends ClassLoader {

  private static final String REFERENCE = "reference.conf";

  private final boolean actorsOnly;

  private AkkaResources(boolean actorsOnly) {
    super("akka-resources", AkkaResources.class.getClassLoader());
    this.actorsOnly = actorsOnly;
  }

  /** What an actor system begins with that has all of Akka. */
  public static ActorSystemSetup setup(Config config) {
    return setup(config, new AkkaResources(false));
  }

  /**
   * What an actor system begins with that talks to nobody.
   *
   * @param resource its configuration, without the extension .conf
   * @param more to be added to it
   */
  public static ActorSystemSetup ofActors(String resource, UnaryOperator<Config> more) {
    AkkaResources loader = new AkkaResources(true);
    return setup(more.apply(ConfigFactory.load(loader, resource)), loader);
  }

  private static ActorSystemSetup setup(Config config, ClassLoader loader) {
    return ActorSystemSetup.create(BootstrapSetup.create(config).withClassloader(loader));
  }

  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    Enumeration<URL> all = super.getResources(name);
    if (name.equals(JarFile.MANIFEST_NAME)) {
      return filtered(all, path -> path.contains("/akka-"));
    }
    if (actorsOnly && name.equals(REFERENCE)) {
      return filtered(all, path -> !path.contains("/akka-") || path.contains("/akka-actor"));
    }
    return all;
  }

  private static Enumeration<URL> filtered(Enumeration<URL> all, Predicate<String> shown) {
    return Collections.enumeration(
        Collections.list(all).stream().filter(url -> shown.test(url.getPath())).toList());
  }
}
