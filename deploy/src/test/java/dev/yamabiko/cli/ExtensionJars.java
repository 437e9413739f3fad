package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.extension.Extension;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Makes jars of extensions as a user does: compiles against the product's classes, lists, packs.
 */
public final class ExtensionJars {

  private static final Path GUIDE = Path.of("../docs/extensions.md");
  private static final Pattern BLOCK = Pattern.compile("(?s)\\n```(\\w+)\\n(.*?)\\n```\\n");
  private static final Pattern NAME = Pattern.compile("public (?:final class|record) (\\w+)");
  private static final String SERVICES = "META-INF/services/" + Extension.class.getName();

  private ExtensionJars() {}

  /** A jar of all classes that the guide shows, every one an extension. */
  public static Path ofGuide(Path directory) throws IOException {
    return of(directory.resolve("guide.jar"), blocks("java"));
  }

  /** The same jar with another version of one of its classes. */
  static Path ofGuideWith(String name, String source, Path jar) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>(named(blocks("java")));
    sources.put(name, source);
    return of(jar, List.copyOf(sources.values()));
  }

  /** Puts one class that the guide shows into a Maven project, and lists it there as a service. */
  static void addOfGuide(String name, Path project) throws IOException {
    String source = named(blocks("java")).get(name);
    Path java = project.resolve("src/main/java").resolve(name.replace('.', '/') + ".java");
    Files.createDirectories(java.getParent());
    Files.writeString(java, source);
    Path services = project.resolve("src/main/resources").resolve(SERVICES);
    Files.createDirectories(services.getParent());
    Files.writeString(services, name + "\n");
  }

  /** The job that the guide begins with; it reads {@code points.txt}. */
  public static String jobOfGuide() throws IOException {
    return blocks("hocon").get(0);
  }

  private static List<String> blocks(String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher m = BLOCK.matcher(Files.readString(GUIDE));
    while (m.find()) {
      if (m.group(1).equals(language)) {
        blocks.add(m.group(2) + "\n");
      }
    }
    assertTrue(!blocks.isEmpty(), language);
    return blocks;
  }

  /** The guide's data: 240 points, and a smooth function of their three numbers. */
  public static String points() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 240; i++) {
      double a = StrictMath.sin(i);
      double b = StrictMath.sin(3.7 * i);
      double c = StrictMath.sin(9.1 * i);
      text.append("%s %s %s %s\n".formatted(a, b, c, a * b - c));
    }
    return text.toString();
  }

  /**
   * A jar of these classes, all of them extensions.
   *
   * @param sources of one class each, in the package {@code example}
   */
  public static Path of(Path jar, List<String> sources) throws IOException {
    Map<String, String> named = named(sources);
    return pack(jar, compile(jar, named), String.join("\n", named.keySet()) + "\n");
  }

  /** A jar of one class, {@code example.Library}, for extensions to call. */
  public static Path library(Path jar, int version) throws IOException {
    String source =
        "package example; public final class Library { int version() { return %d; } }"
            .formatted(version);
    return library(jar, List.of(source));
  }

  /** A jar of these classes without a services file. */
  private static Path library(Path jar, List<String> sources) throws IOException {
    return pack(jar, compile(jar, named(sources)), "");
  }

  /** The same jar with this manifest, which is none of a class's business. */
  static void withManifest(Path jar, Manifest manifest, Path to) throws IOException {
    try (JarFile from = new JarFile(jar.toFile());
        JarOutputStream packed = new JarOutputStream(Files.newOutputStream(to), manifest)) {
      for (JarEntry entry : Collections.list(from.entries())) {
        packed.putNextEntry(new JarEntry(entry.getName()));
        from.getInputStream(entry).transferTo(packed);
        packed.closeEntry();
      }
    }
  }

  private static Map<String, String> named(List<String> sources) {
    Map<String, String> named = new LinkedHashMap<>();
    for (String source : sources) {
      Matcher m = NAME.matcher(source);
      assertTrue(m.find(), source);
      named.put("example." + m.group(1), source);
    }
    return named;
  }

  /** The directory of their classes. */
  private static Path compile(Path jar, Map<String, String> sources) throws IOException {
    Path classes = Files.createDirectories(Path.of(jar + ".classes"));
    List<JavaFileObject> files = new ArrayList<>();
    sources.forEach((name, source) -> files.add(new Source(name, source)));
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        List.of("-Xlint:all", "-Werror", "-proc:none", "--release", "17", "-d", classes.toString());
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("-cp", classesOf(Extension.class).toString()));
    assertTrue(javac.getTask(said, null, null, all, null, files).call(), said.toString());
    assertEquals("", said.toString());
    return classes;
  }

  private static Path classesOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static Path pack(Path jar, Path classes, String services) throws IOException {
    if (!services.isEmpty()) {
      Path list = classes.resolve(SERVICES);
      Files.createDirectories(list.getParent());
      Files.writeString(list, services);
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out)) {
      for (Path file : files) {
        packed.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, packed);
        packed.closeEntry();
      }
    }
    return jar;
  }

  /** Where the classes of a jar that was made here lie as files, services file included. */
  static Path classes(Path jar) {
    return Path.of(jar + ".classes");
  }
}
