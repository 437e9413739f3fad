package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class NodePortsTest {

  private static final int PAIRS = 5;

  @TempDir private Path directory;

  /** A JVM that takes ports, as a test in another fork does. */
  static final class Other {

    private Other() {}

    public static void main(String[] args) throws IOException {
      for (int i = 0; i < PAIRS; i++) {
        NodePorts ports = NodePorts.free();
        System.out.println(ports.control() + "\n" + ports.http());
      }
    }
  }

  @Test
  void shouldGiveNoPortTwiceAlsoToTestsInJvmsSideBySide() throws Exception {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < PAIRS; i++) {
      NodePorts pair = NodePorts.free();
      ports.addAll(List.of(pair.control(), pair.http()));
    }
    Jvms.Finished other =
        Jvms.finish(
            Jvms.start(Other.class, Jvms.current(), List.of(), List.of(), directory), directory);
    other.out().lines().map(Integer::valueOf).forEach(ports::add);
    assertEquals(4 * PAIRS, ports.size(), other.err());
  }
}
