package dev.yamabiko.coordinator;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Asks from another process whether a file is locked: in the same one, locks do not show. */
final class OtherProcess {

  private OtherProcess() {}

  /** 1 if somebody holds a lock on the file, else 0. */
  static int locks(Path file) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            Path.of(OtherProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString(),
            OtherProcess.class.getName(),
            file.toString())
        .inheritIO()
        .start()
        .waitFor();
  }

  public static void main(String[] args) throws Exception {
    try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
      System.exit(channel.tryLock() == null ? 1 : 0);
    }
  }
}
