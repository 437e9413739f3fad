package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.job.SweepFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every command that begins with a job file takes. */
final class JobArguments {

  @Parameters(paramLabel = "JOB.conf", description = "The job file (HOCON or JSON).")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Set a key of the job, as --set epochs=2; may be given several times. Paths are relative to"
              + " the working directory.")
  private List<String> settings = new ArrayList<>();

  /** Read by {@link Main#wantsJson}, before anything can go wrong. */
  @Option(
      names = "--json",
      description = "Print one JSON object as the last line of standard output.")
  private boolean json;

  @Mixin private ExtensionOptions extensions;

  /** The same arguments again, for a shell. */
  String commandLine() {
    StringBuilder line = new StringBuilder(quote(file));
    settings.forEach(setting -> line.append(" --set ").append(quote(setting)));
    line.append(extensions.commandLine());
    return line.toString();
  }

  /** As a POSIX shell wants it. */
  static String quote(Object word) {
    String text = word.toString();
    return text.matches("[\\w@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  Job read(Session session) {
    Path directory = session.workingDirectory();
    return JobFile.read(directory.resolve(file), settings, directory);
  }

  boolean holdSweep(Session session) {
    Path directory = session.workingDirectory();
    return SweepFile.holdsSweep(directory.resolve(file), settings, directory);
  }

  Sweep readSweep(Session session) {
    Path directory = session.workingDirectory();
    return SweepFile.read(directory.resolve(file), settings, directory);
  }

  CheckedJob checked(Session session) {
    return CheckedJob.of(read(session));
  }
}
