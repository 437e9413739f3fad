package dev.yamabiko.protocol;

import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which build of the program a node runs, for people: of nodes that are replaced one by one it
 * tells which have been. It decides nothing; the protocol's version and the message table do.
 */
public final class Build {

  private static final String VERSION = "development";
  private static final int SHOWN = 8;
  private static final String THIS = find();

  private Build() {}

  /**
   * As {@code 0.1.0+1f2e3d4c}: the version, and the beginning of a SHA-256 over the program's jars.
   */
  public static String ofThisJvm() {
    return THIS;
  }

  private static String find() {
    String given = Build.class.getPackage().getImplementationVersion();
    String version = given == null ? VERSION : given;
    try {
      CodeSource source = Build.class.getProtectionDomain().getCodeSource();
      Path place = Path.of(source.getLocation().toURI());
      return Files.isDirectory(place) ? version : version + "+" + hash(jars(place.getParent()));
    } catch (IOException | URISyntaxException | IllegalArgumentException e) {
      return version; // a class loader of its own kind
    }
  }

  private static List<Path> jars(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches("yamabiko.*\\.jar"))
          .sorted()
          .toList();
    }
  }

  private static String hash(List<Path> jars) throws IOException {
    MessageDigest digest = ContentHash.digest();
    for (Path jar : jars) {
      digest.update(Files.readAllBytes(jar));
    }
    return ContentHash.name(digest).substring(0, SHOWN);
  }
}
