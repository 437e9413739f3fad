package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs every command of every guide, in order, as a reader would: in a shell, in a directory that
 * looks like the project's. Only ports differ, and the command comes from the classes under test.
 */
@Tag("slow")
@Timeout(value = GuidesTest.LIMIT_MINUTES + 1, unit = TimeUnit.MINUTES)
class GuidesTest {

  private static final Path GUIDES = Path.of("../docs/guides");
  private static final List<String> PROGRAMS = List.of("bash", "curl", "cmp");
  private static final String PROMPT = "$ ";
  static final int LIMIT_MINUTES = 8;

  @TempDir private Path directory;

  static List<Path> guides() throws IOException {
    try (Stream<Path> files = Files.list(GUIDES)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("guides")
  void shouldRunEveryCommand(Path guide) throws Exception {
    String commands = commands(Files.readAllLines(guide));
    assertFalse(commands.isEmpty(), guide + " has no commands");
    Required.orSkip(
        Required.CURL,
        () -> PROGRAMS.stream().allMatch(GuidesTest::isInstalled),
        "not all of %s are installed".formatted(PROGRAMS));
    NodePorts ports = NodePorts.free();
    layOut(ports);
    // Job control, as in a terminal: %1 is the first command in the background.
    String script =
        "set -emx\n"
            + commands
                .replace("127.0.0.1:8080", "127.0.0.1:" + ports.http())
                .replace("127.0.0.1:2551", "127.0.0.1:" + ports.control());
    Path log = directory.resolve("log");
    ProcessBuilder shell =
        new ProcessBuilder(
            "bash", Files.writeString(directory.resolve("guide.sh"), script).toString());
    shell.environment().put("YAMABIKO_SERVER", "http://127.0.0.1:" + ports.http());
    shell.environment().remove("YAMABIKO_JAVA_OPTS");
    shell.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
    Process process = shell.start();
    try {
      boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
      assertEquals(ended ? 0 : -1, ended ? process.exitValue() : 1, () -> read(log));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.delete(directory.resolve("deploy/jobs"));
    }
  }

  /** What stands behind prompts, with the lines that go on: continued, or a here-document. */
  private static String commands(List<String> lines) {
    List<String> commands = new ArrayList<>();
    boolean console = false;
    boolean continued = false;
    String end = "";
    for (String line : lines) {
      if (line.startsWith("```")) {
        console = line.equals("```console");
      } else if (console && !end.isEmpty()) {
        commands.add(line);
        end = line.equals(end) ? "" : end;
      } else if (console && (continued || line.startsWith(PROMPT))) {
        String command = continued ? line : line.substring(PROMPT.length());
        commands.add(command);
        continued = command.endsWith("\\");
        end = command.contains("<<'END'") ? "END" : "";
      }
    }
    return String.join("\n", commands) + (commands.isEmpty() ? "" : "\n");
  }

  /** The launcher's place is taken by this build's classes, which start sooner without C2. */
  private void layOut(NodePorts ports) throws IOException {
    Files.createDirectories(directory.resolve("deploy/bin"));
    Files.createSymbolicLink(directory.resolve("deploy/jobs"), Path.of("jobs").toRealPath());
    Path launcher = directory.resolve("deploy/bin/yamabiko");
    ClassArchive archive = ClassArchive.here();
    Files.writeString(
        launcher,
        """
        #!/usr/bin/env bash
        flags=(-XX:+UseSerialGC %s)
        if [ -n "${YAMABIKO_JAVA_OPTS:-}" ]; then
          flags+=(--add-modules=jdk.incubator.vector $YAMABIKO_JAVA_OPTS)
        else
          flags+=(-XX:TieredStopAtLevel=1)
        fi
        [ "$1" != coordinator ] || set -- "$@" --port %d --http-port %d
        exec '%s' "${flags[@]}" -cp '%s' dev.yamabiko.cli.Main "$@"
        """
            .formatted(
                archive.flags().stream().map("'%s'"::formatted).collect(Collectors.joining(" ")),
                ports.control(),
                ports.http(),
                Jvms.current().resolve("bin/java"),
                archive.classPath()));
    launcher.toFile().setExecutable(true);
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return log + " cannot be read: " + e;
    }
  }
}
