package dev.yamabiko.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The command in a JVM of its own, with flags of the test's choosing. */
public final class Jvms {

  /** What a finished process left. */
  public record Finished(int exitCode, String out, String err) {
    public String lastLine() {
      List<String> lines = out.lines().toList();
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
  }

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private Jvms() {}

  public static Path current() {
    return Path.of(System.getProperty("java.home"));
  }

  /** A JDK of this feature version beside the one that runs the tests, if there is one. */
  static Optional<Path> installed(int feature) {
    Path home = current();
    if (home.getParent() == null) {
      return Optional.empty();
    }
    try (Stream<Path> siblings = Files.list(home.getParent())) {
      return siblings.sorted().filter(jdk -> featureOf(jdk) == feature).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int featureOf(Path jdk) {
    Path release = jdk.resolve("release");
    if (!Files.isReadable(release) || !Files.isExecutable(jdk.resolve("bin/java"))) {
      return -1;
    }
    try {
      return Files.readAllLines(release).stream()
          .filter(line -> line.startsWith("JAVA_VERSION=\""))
          .map(line -> line.substring("JAVA_VERSION=\"".length()).split("[.\"-]")[0])
          .mapToInt(Integer::parseInt)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Process start(Path jdk, List<String> flags, List<String> arguments, Path directory)
      throws IOException {
    return start(Main.class, jdk, flags, arguments, directory);
  }

  /** With these variables besides its parent's. */
  static Process start(List<String> arguments, Map<String, String> variables, Path directory)
      throws IOException {
    ClassArchive archive = ClassArchive.here();
    ProcessBuilder builder =
        builder(
            current(),
            archive.flags(),
            List.of(),
            archive.classPath(),
            Main.class,
            arguments,
            directory);
    builder.environment().putAll(variables);
    return builder.start();
  }

  /**
   * The command of another build.
   *
   * @param classPath its jars
   */
  public static Process start(
      String classPath, List<String> flags, List<String> arguments, Path directory)
      throws IOException {
    return builder(current(), List.of(), flags, classPath, Main.class, arguments, directory)
        .start();
  }

  static Process start(
      Class<?> main, Path jdk, List<String> flags, List<String> arguments, Path directory)
      throws IOException {
    ClassArchive archive = ClassArchive.here();
    return builder(
            jdk,
            jdk.equals(current()) ? archive.flags() : List.of(),
            flags,
            archive.classPath(),
            main,
            arguments,
            directory)
        .start();
  }

  private static ProcessBuilder builder(
      Path jdk,
      List<String> archive,
      List<String> flags,
      String classPath,
      Class<?> main,
      List<String> arguments,
      Path directory) {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/java").toString());
    command.addAll(archive);
    command.addAll(flags);
    command.add("-cp");
    command.add(classPath);
    command.add(main.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectOutput(directory.resolve("stdout").toFile())
        .redirectError(directory.resolve("stderr").toFile());
  }

  /** Waits for the process, with a deadline, and reads what it wrote. */
  public static Finished finish(Process process, Path directory) throws Exception {
    return finish(process, directory, LIMIT);
  }

  static Finished finish(Process process, Path directory, Duration limit) throws Exception {
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException(
          "no end after " + limit + ": " + Files.readString(directory.resolve("stderr")));
    }
    return new Finished(
        process.exitValue(),
        Files.readString(directory.resolve("stdout")),
        Files.readString(directory.resolve("stderr")));
  }
}
