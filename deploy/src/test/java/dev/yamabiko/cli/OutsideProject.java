package dev.yamabiko.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Maven project of somebody else's: its local repository is empty but for what this build has
 * packaged, laid out as {@code mvn install} would; all else it fetches from this build's own local
 * repository, as from a remote one, and nothing from the network.
 */
final class OutsideProject {

  /** Each module that the one dependency brings, and the name of its artifact. */
  private static final Map<String, String> MODULES =
      Map.of(
          "common", "yamabiko-common",
          "coordinator", "yamabiko-coordinator",
          "worker", "yamabiko-worker",
          "api", "yamabiko");

  static final String NO_MAVEN = "there is no mvn on the PATH";

  private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
  private static final long LIMIT_SECONDS = 300;

  /** What runs these tests. */
  static final String JAVA = System.getProperty("java.home") + "/bin/java";

  record Ended(int exitCode, String output) {}

  private final Path folder;
  private final String parentPom;

  /**
   * @param folder empty
   */
  OutsideProject(Path folder) throws IOException {
    this.folder = folder;
    parentPom = Files.readString(SOURCES.resolve("pom.xml"));
    String version = find("<artifactId>yamabiko-parent</artifactId>\\s*<version>(.*?)</version>");
    install("yamabiko-parent", version, SOURCES.resolve("pom.xml"));
    for (Map.Entry<String, String> module : MODULES.entrySet()) {
      Path at =
          install(module.getValue(), version, SOURCES.resolve(module.getKey()).resolve("pom.xml"));
      String jar = "%s-%s.jar".formatted(module.getValue(), version);
      Files.copy(SOURCES.resolve("deploy/target/lib").resolve(jar), at.resolve(jar));
    }
    Files.writeString(
        folder.resolve("settings.xml"),
        """
        <settings>
          <localRepository>%s</localRepository>
          <mirrors>
            <mirror><id>here</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
          </mirrors>
        </settings>
        """
            .formatted(repository(), localRepository().toUri()));
  }

  private Path install(String artifact, String version, Path pom) throws IOException {
    Path at = repository().resolve("dev/yamabiko").resolve(artifact).resolve(version);
    Files.createDirectories(at);
    Files.copy(pom, at.resolve("%s-%s.pom".formatted(artifact, version)));
    return at;
  }

  private static Path localRepository() {
    String told = System.getProperty("localRepository", "");
    return told.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
        : Path.of(told);
  }

  private Path repository() {
    return folder.resolve("repository");
  }

  Path project() {
    return folder.resolve("project");
  }

  /** Copies a project's sources. */
  void copy(Path from) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, project().resolve(from.relativize(file).toString()));
      }
    }
  }

  /** The names of the jars that the one dependency brings here, where it is tested. */
  static Set<String> tested() throws IOException {
    return jars(SOURCES.resolve("api/target/classpath"));
  }

  /** Of all jars but this build's own, whose names differ. */
  static Set<String> jars(Path classpath) throws IOException {
    return Stream.of(Files.readString(classpath).strip().split(":"))
        .map(jar -> Path.of(jar).getFileName().toString())
        .filter(jar -> jar.endsWith(".jar") && !jar.startsWith("yamabiko"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Of a plugin, as this build itself uses it: that one is here already. */
  String goal(String group, String plugin, String goal) {
    String version = find("<artifactId>" + plugin + "</artifactId>\\s*<version>(.*?)</version>");
    return "%s:%s:%s:%s".formatted(group, plugin, version, goal);
  }

  private String find(String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(parentPom);
    if (!found.find()) {
      throw new IllegalStateException("the parent's pom.xml has no " + pattern);
    }
    return found.group(1);
  }

  /** Whether there is a Maven to run. */
  static boolean hasMaven() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(path -> Files.isExecutable(Path.of(path, "mvn")));
  }

  Ended maven(List<String> arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "mvn",
                "-B",
                "-q",
                "-Dstyle.color=never",
                "-s",
                folder.resolve("settings.xml").toString()));
    command.addAll(arguments);
    return run(command);
  }

  /** Runs one of the project's classes, after Maven has compiled it, with what it depends on. */
  Ended java(Path classpath, List<String> arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                JAVA,
                "--add-modules",
                "jdk.incubator.vector",
                "-classpath",
                project().resolve("target/classes") + ":" + Files.readString(classpath).strip()));
    command.addAll(arguments);
    return run(command);
  }

  private Ended run(List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // It is over before the second compiler would pay.
    builder.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1");
    builder.environment().remove("MAVEN_ARGS");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new UncheckedIOException(
          new IOException(command.get(0) + " has not ended: " + Files.readString(log)));
    }
    return new Ended(process.exitValue(), Files.readString(log));
  }
}
