package dev.yamabiko.cli;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Where a coordinator in a process of its own listens, whenever it is started. No test beside it is
 * given the same ports, in whichever JVM of this user it runs: a JVM holds a lock on what it gives
 * away until it ends. Systems take the ports of outgoing connections from above.
 */
public record NodePorts(int control, int http) {

  private static final int FIRST = 21_000;
  private static final int PAIRS = 5_000;

  /** Open as long as this JVM lives, as closing it would end its locks. */
  private static FileChannel given;

  public static synchronized NodePorts free() throws IOException {
    if (given == null) {
      Path file = Path.of("yamabiko-test-ports-" + System.getProperty("user.name"));
      given =
          FileChannel.open(
              Path.of(System.getProperty("java.io.tmpdir")).resolve(file),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
    }
    for (int pair = 0; pair < PAIRS; pair++) {
      NodePorts ports = new NodePorts(FIRST + 2 * pair, FIRST + 2 * pair + 1);
      if (isOurs(pair) && isFree(ports.control) && isFree(ports.http)) {
        return ports;
      }
    }
    throw new IOException("no two ports are free from " + FIRST + " on");
  }

  private static boolean isOurs(int pair) throws IOException {
    try {
      return given.tryLock(pair, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false; // This JVM has given it away.
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
