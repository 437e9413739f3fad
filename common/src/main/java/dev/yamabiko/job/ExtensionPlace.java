package dev.yamabiko.job;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileTree;
import dev.yamabiko.extension.Extension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A jar, or a directory of classes, and what is to be read of it before a class is loaded. */
record ExtensionPlace(Path path) {

  private static final String INDEX = "META-INF/INDEX.LIST";
  static final String SERVICES = "META-INF/services/" + Extension.class.getName();

  /**
   * The jars and directories of classes that a path stands for.
   *
   * @throws JobException if it is none, and no directory of jars
   */
  static Stream<ExtensionPlace> at(Path path) {
    ExtensionPlace place = new ExtensionPlace(path.toAbsolutePath().normalize());
    if (!Files.exists(place.path)) {
      throw place.refuse("no such file or directory");
    }
    if (!Files.isDirectory(place.path) || Files.exists(place.path.resolve(SERVICES))) {
      return Stream.of(place);
    }
    List<Path> jars = place.read(place::jars);
    if (jars.isEmpty()) {
      throw place.refuse("expected jars, or classes and " + SERVICES + ", but found neither");
    }
    return jars.stream().map(ExtensionPlace::new);
  }

  private List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /** The classes that the services file lists. */
  List<String> providers() {
    return read(this::services)
        .lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private String services() throws IOException {
    if (Files.isDirectory(path)) {
      return Files.readString(path.resolve(SERVICES));
    }
    try (ZipFile jar = new ZipFile(path.toFile())) {
      ZipEntry services = jar.getEntry(SERVICES);
      if (services == null) {
        return "";
      }
      try (InputStream content = jar.getInputStream(services)) {
        return new String(content.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  /** Over a listing of all files with their own hashes: no file's time or order counts. */
  String sha256() {
    return ContentHash.of(read(this::listing).text());
  }

  private FileTree listing() throws IOException {
    if (Files.isDirectory(path)) {
      return FileTree.of(path);
    }
    try (ZipFile jar = new ZipFile(path.toFile())) {
      List<FileTree.Entry> entries = new ArrayList<>();
      for (ZipEntry entry : jar.stream().filter(entry -> !entry.isDirectory()).toList()) {
        MessageDigest digest = ContentHash.digest();
        try (InputStream content = jar.getInputStream(entry)) {
          digest.update(content.readAllBytes());
        }
        entries.add(new FileTree.Entry(ContentHash.name(digest), entry.getName()));
      }
      entries.sort(Comparator.comparing(FileTree.Entry::path));
      return new FileTree(entries);
    }
  }

  /** The further jars in which a class loader looks because the manifest names them. */
  List<Path> classPath() {
    return Files.isDirectory(path) ? List.of() : read(this::manifestsClassPath);
  }

  private List<Path> manifestsClassPath() throws IOException {
    try (JarFile jar = new JarFile(path.toFile(), false)) {
      if (jar.getEntry(INDEX) != null) {
        throw refuse(
            "expected no %s, by which a jar brings in others; leave it out".formatted(INDEX));
      }
      Manifest manifest = jar.getManifest();
      Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
      String named = Objects.requireNonNullElse(main.getValue(Attributes.Name.CLASS_PATH), "");
      return Arrays.stream(named.split("\\s+"))
          .filter(name -> !name.isEmpty())
          .map(this::resolved)
          .toList();
    }
  }

  /** Where a URL leads to that may be relative to this jar. */
  private Path resolved(String name) {
    try {
      return Path.of(path.toUri().resolve(name)).normalize();
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw refuse(
          "expected files in the Class-Path of its manifest but found %s, which names none"
              .formatted(name));
    }
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw refuse("cannot be read as a jar: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw refuse(e.getMessage());
    }
  }

  JobException refuse(String why) {
    return new JobException("extensions: %s: %s".formatted(path, why));
  }
}
