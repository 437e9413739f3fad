package dev.yamabiko.coordinator;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Asks from another process whether a file is locked: in the same one, locks do not show. */
final class OtherProcess {

  private OtherProcess() {}

  /** 1 if somebody holds a lock on the file, else 0. */
  static int locks(Path file) throws Exception {
    return start(file.toString()).waitFor();
  }

  /** One that holds a lock on the file, until its standard input is closed. */
  static Process holding(Path file) throws Exception {
    Process process = start(file.toString(), "hold");
    if (process.getInputStream().read() != 'h') {
      throw new IllegalStateException("it could not lock " + file);
    }
    return process;
  }

  private static Process start(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Path.of(
                        OtherProcess.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString(),
                OtherProcess.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  public static void main(String[] args) throws Exception {
    try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (args.length > 1 && lock != null) {
        System.out.write('h');
        System.out.flush();
        System.in.read();
      }
      System.exit(lock == null ? 1 : 0);
    }
  }
}
