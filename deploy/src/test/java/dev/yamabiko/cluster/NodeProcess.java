package dev.yamabiko.cluster;

import dev.yamabiko.cli.Jvms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One command of the product in a JVM of its own, in a directory that keeps what it wrote. */
final class NodeProcess {

  private static final List<String> FLAGS = List.of("-Xmx384m", "-XX:+UseSerialGC");

  /**
   * Who computes, with the launcher's word to the compiler, without which steps are slow for long.
   */
  private static final List<String> VECTORS =
      flagsWith(
          "--add-modules=jdk.incubator.vector",
          "-XX:CompileThresholdScaling=3",
          "-XX:Tier4BackEdgeThreshold=2000000",
          "-XX:CompileCommand=quiet",
          "-XX:CompileCommand=CompileThresholdScaling,dev.yamabiko.tensor.vector.*::*,0.05");

  /** Whoever only says what is to be done starts sooner without C2, and never gains by it here. */
  private static final List<String> ONE_COMPILER = flagsWith("-XX:TieredStopAtLevel=1");

  private static final Set<String> IDLE = Set.of("coordinator", "submit");

  private final String name;
  private final Path directory;
  private final Process process;

  private NodeProcess(String name, Path directory, Process process) {
    this.name = name;
    this.directory = directory;
    this.process = process;
  }

  static NodeProcess start(String name, Path parent, String... arguments) throws IOException {
    Path directory = Files.createDirectories(parent.resolve(name));
    List<String> flags = IDLE.contains(arguments[0]) ? ONE_COMPILER : VECTORS;
    Process process = Jvms.start(Jvms.current(), flags, List.of(arguments), directory);
    return new NodeProcess(name, directory, process);
  }

  private static List<String> flagsWith(String... more) {
    List<String> flags = new ArrayList<>(FLAGS);
    flags.addAll(List.of(more));
    return List.copyOf(flags);
  }

  /**
   * Of another build.
   *
   * @param classPath its jars
   */
  static NodeProcess ofBuild(String classPath, String name, Path parent, String... arguments)
      throws IOException {
    Path directory = Files.createDirectories(parent.resolve(name));
    Process process = Jvms.start(classPath, VECTORS, List.of(arguments), directory);
    return new NodeProcess(name, directory, process);
  }

  String name() {
    return name;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGSTOP: alive, connected, and silent. */
  void stop() throws Exception {
    signal("STOP");
  }

  /** SIGCONT. */
  void goOn() throws Exception {
    signal("CONT");
  }

  private void signal(String what) throws Exception {
    List<String> command = List.of("kill", "-" + what, Long.toString(process.pid()));
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IllegalStateException(command + " ended with " + code);
    }
  }

  /** Waits so long for the process to end. */
  boolean ends(long millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits for the end, with a deadline. */
  Jvms.Finished finish() throws Exception {
    return Jvms.finish(process, directory);
  }

  /** The last lines of its log, as evidence. */
  String evidence(int lines) {
    List<String> all = new ArrayList<>();
    all.add("--- %s (%s)".formatted(name, isAlive() ? "alive" : "exit " + process.exitValue()));
    try {
      List<String> log = Files.readAllLines(directory.resolve("stderr"));
      all.addAll(log.subList(Math.max(0, log.size() - lines), log.size()));
    } catch (IOException e) {
      all.add("no log: " + e);
    }
    return String.join("\n", all);
  }
}
