package dev.yamabiko.job;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileTree;
import dev.yamabiko.extension.Extension;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where the classes of extensions come from, and how they are named by content: by the SHA-256 over
 * a listing of all files in the jar or directory that a class lies in. Of what was given, jars
 * without an extension of their own may hold what any of the others calls; so their content is part
 * of each one's name.
 */
final class ExtensionCode {

  static final String SERVICES = "META-INF/services/" + Extension.class.getName();

  private final ClassLoader loader;

  /** Which provider classes each jar or directory that was given lists. */
  private final Map<Path, List<String>> given = new HashMap<>();

  private final Map<Path, String> hashes = new HashMap<>();
  private final String libraries;

  /** What lies on the class path. */
  ExtensionCode() {
    loader = ExtensionCode.class.getClassLoader();
    libraries = "";
  }

  /**
   * What lies on the class path, and in these places.
   *
   * @param paths jars, directories of jars, and directories of classes with their services file
   * @throws JobException naming the one that is none of them, or that no extension lies in
   */
  ExtensionCode(List<Path> paths) {
    List<URL> urls = new ArrayList<>();
    for (Path path : paths.stream().flatMap(ExtensionCode::places).distinct().toList()) {
      List<String> providers = read(path, () -> providers(path));
      given.put(path, providers);
      try {
        urls.add(path.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalStateException("a path that is no URL: " + path, e);
      }
    }
    if (given.values().stream().allMatch(List::isEmpty)) {
      throw refuse(paths.get(0), "expected an extension but found none, listed in " + SERVICES);
    }
    loader = new URLClassLoader(urls.toArray(URL[]::new), ExtensionCode.class.getClassLoader());
    libraries =
        given.entrySet().stream()
            .filter(place -> place.getValue().isEmpty())
            .map(place -> hash(place.getKey()))
            .sorted()
            .collect(Collectors.joining("\n"));
  }

  ClassLoader loader() {
    return loader;
  }

  /** The jars and directories of classes that a path stands for. */
  private static Stream<Path> places(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (!Files.exists(absolute)) {
      throw refuse(absolute, "no such file or directory");
    }
    if (!Files.isDirectory(absolute) || Files.exists(absolute.resolve(SERVICES))) {
      return Stream.of(absolute);
    }
    List<Path> jars = read(absolute, () -> jars(absolute));
    if (jars.isEmpty()) {
      throw refuse(absolute, "expected jars, or classes and " + SERVICES + ", but found neither");
    }
    return jars.stream();
  }

  private static List<Path> jars(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  /**
   * Makes sure that a provider's class is the one that was given: of two classes of one name only
   * one is ever loaded, without a word.
   */
  void requireOnce(Class<?> provider) {
    Set<Path> places = new HashSet<>();
    given.forEach(
        (place, names) -> {
          if (names.contains(provider.getName())) {
            places.add(place);
          }
        });
    if (!places.isEmpty()) {
      location(provider).ifPresent(places::add);
    }
    if (places.size() > 1) {
      throw new JobException(
          "extensions: %s is there more than once: in %s; leave one of them"
              .formatted(
                  provider.getName(),
                  Words.and(places.stream().map(Path::toString).sorted().toList())));
    }
  }

  /** Where a class was loaded from, if that is a jar or a directory. */
  private static Optional<Path> location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI())).filter(Files::exists);
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      return Optional.empty();
    }
  }

  /** "com.example.Swish in /lib/swish.jar". */
  static String describe(Class<?> type) {
    return type.getName() + location(type).map(place -> " in " + place).orElse("");
  }

  /** The name of an extension's content. */
  String sha256(Class<?> provider) {
    String own = location(provider).map(this::hash).orElseGet(() -> hashOfClass(provider));
    return libraries.isEmpty() ? own : ContentHash.of(own + "\n" + libraries);
  }

  private String hash(Path place) {
    return hashes.computeIfAbsent(
        place, path -> ContentHash.of(read(path, () -> listing(path)).text()));
  }

  private static FileTree listing(Path place) throws IOException {
    if (Files.isDirectory(place)) {
      return FileTree.of(place);
    }
    try (ZipFile jar = new ZipFile(place.toFile())) {
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

  /** Of a class that an application loads in a way of its own. */
  private static String hashOfClass(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    MessageDigest digest = ContentHash.digest();
    try (InputStream content = type.getResourceAsStream(file)) {
      if (content == null) {
        throw new JobException("extensions: the bytes of " + type.getName() + " cannot be found");
      }
      digest.update(content.readAllBytes());
    } catch (IOException e) {
      throw new JobException("extensions: the bytes of %s: %s".formatted(type.getName(), e), e);
    }
    return ContentHash.name(digest);
  }

  /** The classes that a jar's or directory's services file lists. */
  private static List<String> providers(Path place) throws IOException {
    String text = "";
    if (Files.isDirectory(place)) {
      text = Files.readString(place.resolve(SERVICES));
    } else {
      try (ZipFile jar = new ZipFile(place.toFile())) {
        ZipEntry services = jar.getEntry(SERVICES);
        if (services != null) {
          try (InputStream content = jar.getInputStream(services)) {
            text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
          }
        }
      }
    }
    return text.lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T read(Path path, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException e) {
      throw refuse(path, "cannot be read as a jar: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw refuse(path, e.getMessage());
    }
  }

  private static JobException refuse(Path path, String why) {
    return new JobException("extensions: %s: %s".formatted(path, why));
  }
}
