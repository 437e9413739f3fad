package dev.yamabiko.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few inputs for everything; {@code benchmarks/fuzz} gives as many as one likes. */
class FuzzTest {

  private static final long SEED = 1;
  private static final int INPUTS = 150;
  private static final Path KEPT = Path.of("target", "fuzz");

  @TempDir private Path directory;

  @Test
  void shouldReadOrClearlyRefuseWhateverComes() throws Exception {
    List<String> faults = new ArrayList<>();
    try (FuzzTargets targets = new FuzzTargets(directory)) {
      for (FuzzTarget target : targets.all()) {
        FuzzReport report = new Fuzzing(target, SEED, KEPT).run(INPUTS);
        assertTrue(report.ways() > 0, () -> report + ": nothing was refused");
        faults.addAll(report.faults());
      }
    }
    assertEquals(List.of(), faults);
  }
}
