package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk of a few megabytes, in memory, that can be filled to its last byte. Tests that want one
 * are skipped where this process may not mount it, and fail where it may but cannot.
 */
public final class SmallDisk implements AutoCloseable {

  /** Whoever may mount has this bit among his effective capabilities. */
  private static final int CAP_SYS_ADMIN = 21;

  private static final String EFFECTIVE = "CapEff:";

  private final Path path;

  private SmallDisk(Path path) {
    this.path = path;
  }

  /**
   * @param at an empty directory
   */
  public static SmallDisk mount(Path at, int kilobytes) throws IOException {
    assumeTrue(mayMount(), "only a process with CAP_SYS_ADMIN can mount a small disk to fill");
    run("mount", "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "small-disk", at.toString());
    return new SmallDisk(at);
  }

  private static boolean mayMount() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.isReadable(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith(EFFECTIVE))
            .map(line -> line.substring(EFFECTIVE.length()).strip())
            .anyMatch(bits -> (Long.parseUnsignedLong(bits, 16) >> CAP_SYS_ADMIN) % 2 != 0);
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // All that it says has been read, so it has ended.
    assertEquals(0, process.onExit().join().exitValue(), String.join(" ", command) + ": " + said);
  }

  public Path path() {
    return path;
  }

  /** Not a byte fits any more, but where a file's last page has room. */
  public void fill() {
    // In smaller bites in the end.
    write("filler-0", 1 << 16);
    write("filler-1", 1 << 12);
  }

  private void write(String filler, int bite) {
    try (OutputStream out = Files.newOutputStream(path.resolve(filler))) {
      while (true) {
        out.write(new byte[bite]);
      }
    } catch (IOException e) {
      assertEquals("No space left on device", e.getMessage());
    }
  }

  public void free() {
    try {
      Files.deleteIfExists(path.resolve("filler-0"));
      Files.deleteIfExists(path.resolve("filler-1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", "-l", path.toString());
  }
}
