package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a rehearsal leaves is of use to other JVMs, and never in their way. */
@Timeout(500)
class RehearsalTest {

  private static final String LOADED_FROM_ARCHIVE = "source: shared objects file (top)";

  @TempDir private Path directory;

  private Jvms.Finished version(String... flags) throws Exception {
    return Jvms.finish(
        Jvms.start(Jvms.current(), List.of(flags), List.of("--version"), directory), directory);
  }

  @Tag("soak")
  @Test
  void shouldLeaveAnArchiveThatOtherJvmsTakeTheirClassesFrom() throws Exception {
    Jvms.Finished finished = version("-Xlog:class+load:stdout");
    assertEquals(0, finished.exitCode(), finished.err());
    List<String> ours =
        finished
            .out()
            .lines()
            .filter(line -> line.contains(" dev.yamabiko.") && !line.contains("$$Lambda"))
            .toList();
    long archived = ours.stream().filter(line -> line.contains(LOADED_FROM_ARCHIVE)).count();
    assertTrue(archived > 50 && archived > 0.9 * ours.size(), archived + " of " + ours.size());
  }

  /** Another layout of objects, another class path: the JVM says nothing and loads as ever. */
  @Test
  void shouldBeIgnoredWithoutAWordWhereItDoesNotFit() throws Exception {
    List<String> misfits =
        List.of("-XX:-UseCompressedOops", "-Xbootclasspath/a:" + directory, "-XX:+UseZGC");
    for (String misfit : misfits) {
      Jvms.Finished finished = version(misfit);
      assertEquals(0, finished.exitCode(), finished.err());
      assertEquals("", finished.err(), misfit);
      List<String> said = new ArrayList<>(finished.out().lines().toList());
      assertEquals(1, said.size(), misfit + ": " + said);
    }
  }
}
