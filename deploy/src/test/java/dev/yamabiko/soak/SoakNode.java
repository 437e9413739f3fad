package dev.yamabiko.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the product as the launcher starts it, whose log is kept. */
final class SoakNode {

  private final String name;
  private final Path log;
  private final Process process;

  private SoakNode(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * @param log appended to, so that it tells of all processes of a name
   */
  static SoakNode start(Path launcher, String name, Path log, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("YAMABIKO_JAVA_OPTS", "-Xmx256m -XX:+UseSerialGC");
    return new SoakNode(name, log, builder.start());
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Sends the signal of this name. */
  void signal(String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
    if (kill.waitFor() != 0 && isAlive()) {
      throw new IllegalStateException("cannot send %s to %s".formatted(signal, name));
    }
  }

  /** SIGTERM; the process's exit code. */
  int terminate(int seconds) throws Exception {
    process.destroy();
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError(
          "%s did not end within %d s of SIGTERM: %s".formatted(name, seconds, evidence()));
    }
    return process.exitValue();
  }

  /** Whether it has logged anything: before, a signal ends it as one ends any other command. */
  boolean hasBegun() throws IOException {
    return Files.readString(log).contains(" INFO ");
  }

  /** The last lines of its log. */
  String evidence() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }
}
