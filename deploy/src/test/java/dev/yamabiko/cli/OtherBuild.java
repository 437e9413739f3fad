package dev.yamabiko.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** Jars of another build of the program. */
public final class OtherBuild {

  private static final String VERSION = "999.0";

  private OtherBuild() {}

  /**
   * Of the directory in {@code -Dupgrade.to}, where that is given; else this build's under another
   * version.
   *
   * @param directory for jars that are made
   */
  public static String classPath(Path directory) throws IOException {
    String given = System.getProperty("upgrade.to", "");
    if (!given.isEmpty()) {
      try (Stream<Path> files = Files.list(Path.of(given))) {
        return String.join(
            File.pathSeparator, files.map(Path::toString).filter(f -> f.endsWith(".jar")).toList());
      }
    }
    List<String> jars = new ArrayList<>();
    Path lib = Files.createDirectory(directory.resolve("other-build"));
    for (String entry : ClassArchive.here().classPath().split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      boolean own = !Files.isDirectory(jar) && holdsProtocol(jar);
      jars.add(own ? labelled(jar, lib.resolve("yamabiko-other.jar")).toString() : entry);
    }
    return String.join(File.pathSeparator, jars);
  }

  private static boolean holdsProtocol(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getEntry("dev/yamabiko/protocol/Build.class") != null;
    }
  }

  /** The same classes, with a manifest of its own. */
  private static Path labelled(Path jar, Path other) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, VERSION);
    try (JarFile from = new JarFile(jar.toFile());
        OutputStream out = Files.newOutputStream(other);
        JarOutputStream to = new JarOutputStream(out, manifest)) {
      Enumeration<JarEntry> entries = from.entries();
      while (entries.hasMoreElements()) {
        JarEntry entry = entries.nextElement();
        if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
          to.putNextEntry(new JarEntry(entry.getName()));
          try (InputStream in = from.getInputStream(entry)) {
            in.transferTo(to);
          }
        }
      }
    }
    return other;
  }
}
