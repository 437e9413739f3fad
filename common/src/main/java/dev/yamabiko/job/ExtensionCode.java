package dev.yamabiko.job;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.extension.Extension;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Where the classes of extensions come from, and how they are named by content: by the SHA-256 over
 * a listing of all files in the jar or directory that a class lies in. Of what was given, jars
 * without an extension of their own may hold what any of the others calls; so their content is part
 * of each one's name. The others do not see each other's classes: each has a class loader of its
 * own, above it the one of these libraries, so that no code computes that its name does not cover.
 */
final class ExtensionCode {

  private final List<ClassLoader> loaders = new ArrayList<>();

  /** Which provider classes each jar or directory that was given lists. */
  private final Map<Path, List<String>> given = new LinkedHashMap<>();

  private final Map<Path, String> hashes = new HashMap<>();
  private final String libraries;

  /** What lies on the class path. */
  ExtensionCode() {
    loaders.add(ExtensionCode.class.getClassLoader());
    libraries = "";
  }

  /**
   * What lies on the class path, and in these places.
   *
   * @param paths jars, directories of jars, and directories of classes with their services file
   * @throws JobException naming the one that is none of them, or that no extension lies in
   */
  ExtensionCode(List<Path> paths) {
    for (ExtensionPlace place : paths.stream().flatMap(ExtensionPlace::at).distinct().toList()) {
      given.put(place.path(), place.providers());
    }
    List<Path> own = given(names -> !names.isEmpty());
    if (own.isEmpty()) {
      throw new ExtensionPlace(paths.get(0))
          .refuse("expected an extension but found none, listed in " + ExtensionPlace.SERVICES);
    }
    List<Path> shared = given(List::isEmpty);
    given.keySet().forEach(path -> requireNothingElse(new ExtensionPlace(path), shared));
    libraries = shared.stream().map(this::hash).sorted().collect(Collectors.joining("\n"));
    ClassLoader above = loader(shared, ExtensionCode.class.getClassLoader());
    loaders.add(above);
    own.forEach(place -> loaders.add(loader(List.of(place), above)));
  }

  private List<Path> given(Predicate<List<String>> which) {
    return given.keySet().stream().filter(place -> which.test(given.get(place))).toList();
  }

  private static ClassLoader loader(List<Path> places, ClassLoader above) {
    URL[] urls = new URL[places.size()];
    for (int i = 0; i < urls.length; i++) {
      try {
        urls[i] = places.get(i).toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalStateException("a path that is no URL: " + places.get(i), e);
      }
    }
    return new URLClassLoader(urls, above);
  }

  /**
   * A jar's manifest can have the loader look into further jars, whose content is in nobody's name.
   */
  private static void requireNothingElse(ExtensionPlace place, List<Path> shared) {
    for (Path named : place.classPath()) {
      if (Files.exists(named) && !shared.contains(named)) {
        throw place.refuse(
            "its manifest's Class-Path names %s, which is not among the libraries given; give it, too, or take it out of there"
                .formatted(named));
      }
    }
  }

  /**
   * The extensions that are here. Each loader also finds those of the ones above it.
   *
   * @throws ServiceConfigurationError if a services file lists what is none
   */
  List<ServiceLoader.Provider<Extension>> providers() {
    Map<Class<?>, ServiceLoader.Provider<Extension>> providers = new LinkedHashMap<>();
    for (ClassLoader loader : loaders) {
      ServiceLoader.load(Extension.class, loader).stream()
          .forEach(provider -> providers.putIfAbsent(provider.type(), provider));
    }
    return List.copyOf(providers.values());
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
    return hashes.computeIfAbsent(place, path -> new ExtensionPlace(path).sha256());
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
}
