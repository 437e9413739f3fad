package dev.yamabiko.cli;

import ch.qos.logback.classic.Level;
import dev.yamabiko.cli.log.LogFormat;
import dev.yamabiko.cli.log.LogSettings;
import dev.yamabiko.cli.log.ProcessLog;
import dev.yamabiko.cli.log.StandardError;
import dev.yamabiko.cli.log.TextLog;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a command that runs for long logs, and where to. */
final class LogOptions {

  private static final String FORMAT = "--log-format";
  private static final String VARIABLE = "YAMABIKO_LOG_FORMAT";
  private static final String FORMATS = String.join(" or ", LogFormat.names());
  private static final List<String> COMMANDS =
      List.of("coordinator", "worker", "parameters", "train");

  /** Less would put a file aside for every few lines. */
  private static final long LEAST_FILE = 64 << 10;

  @Option(names = FORMAT, paramLabel = "F")
  private Optional<String> format = Optional.empty();

  @Option(names = "--log-file", paramLabel = "FILE")
  private Optional<Path> file = Optional.empty();

  /** Whether a command is to speak in JSON from its first word on, also where its options err. */
  static boolean wantsJson(String[] args, Map<String, String> environment) {
    if (args.length == 0 || !COMMANDS.contains(args[0])) {
      return false;
    }
    return option(args)
        .orElseGet(() -> environment.getOrDefault(VARIABLE, ""))
        .equals(LogFormat.JSON.toString());
  }

  private static Optional<String> option(String[] args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(FORMAT + "=")) {
        return Optional.of(args[i].substring(FORMAT.length() + 1));
      } else if (args[i].equals(FORMAT)) {
        return Optional.of(i + 1 < args.length ? args[i + 1] : "");
      }
    }
    return Optional.empty();
  }

  /**
   * Sets this process's log, where it is not what it is by itself.
   *
   * @param settings that no option names
   * @throws JobException if that cannot be
   */
  void use(NodeFile settings, Session session) {
    LogSettings log = settings(settings, System.getenv(), session.workingDirectory());
    log.file().ifPresent(LogOptions::requireWritable);
    ProcessLog.set(log, why -> complain(why, session));
    if (log.format() == LogFormat.JSON && session.err() instanceof StandardError err) {
      err.asJson();
    }
  }

  /** Below the bar, if there is one. */
  private static void complain(String why, Session session) {
    if (session.terminal().interactive()) {
      session.err().println();
    }
    session.complain(why);
  }

  LogSettings settings(NodeFile node, Map<String, String> environment, Path working) {
    long bytes = node.bytes("log-file-bytes");
    if (bytes < LEAST_FILE) {
      throw node.wrong("log-file-bytes", "64 KiB or more", bytes + " bytes");
    }
    requireLevel(environment.getOrDefault(TextLog.LEVEL, ""));
    return new LogSettings(
        format(node, environment),
        file.map(working::resolve)
            .or(() -> node.givenPath("log-file"))
            .map(path -> path.toAbsolutePath().normalize()),
        bytes,
        node.bytes("log-total-bytes"));
  }

  private static void requireLevel(String given) {
    if (!given.isBlank() && Level.toLevel(given, null) == null) {
      throw new JobException(
          "$%s expects ERROR, WARN, INFO or DEBUG but got %s".formatted(TextLog.LEVEL, given));
    }
  }

  private LogFormat format(NodeFile node, Map<String, String> environment) {
    String variable = environment.getOrDefault(VARIABLE, "");
    if (format.isPresent()) {
      return format(FORMAT, format.get());
    } else if (!variable.isBlank()) {
      return format("$" + VARIABLE, variable);
    }
    String given = node.text("log-format");
    return LogFormat.of(given).orElseThrow(() -> node.wrong("log-format", FORMATS, given));
  }

  private static LogFormat format(String name, String given) {
    return LogFormat.of(given)
        .orElseThrow(
            () -> new JobException("%s expects %s but got %s".formatted(name, FORMATS, given)));
  }

  private static void requireNoDate(Path file) {
    if (file.toString().contains("%")) {
      throw new JobException(
          "--log-file: expected a path without \"%\", which stands for a date there, but found "
              + file);
    }
  }

  /**
   * What can be told of a log's file without making it. A device would be put aside as files are.
   */
  static void requirePlace(Path file) {
    requireNoDate(file);
    Path there = file;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    boolean fits = there.equals(file) ? Files.isRegularFile(there) : Files.isDirectory(there);
    if (!fits || !Files.isWritable(there)) {
      throw new JobException("--log-file: cannot write to %s".formatted(there));
    }
  }

  private static void requireWritable(Path file) {
    requirePlace(file);
    try {
      if (file.getParent() != null) {
        Files.createDirectories(file.getParent());
      }
      Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    } catch (IOException e) {
      throw new JobException(
          "--log-file: cannot write to %s: %s".formatted(file, NodeDirectory.reason(e)), e);
    }
  }
}
