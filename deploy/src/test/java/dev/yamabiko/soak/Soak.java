package dev.yamabiko.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By hand, for as long as one likes: {@code benchmarks/soak} sets the properties. */
class Soak {

  @Test
  void shouldGiveTheSameBitsAndNotGrowWhateverHappens() throws Exception {
    Path directory = Path.of(System.getProperty("soak.out")).toAbsolutePath();
    Files.createDirectories(directory);
    SoakRun run =
        new SoakRun(
            new SoakPlan(Long.getLong("soak.seed", 1)),
            Path.of(System.getProperty("soak.launcher", "bin/yamabiko")).toAbsolutePath(),
            directory);
    assertEquals(List.of(), run.run(Duration.ofMinutes(Long.getLong("soak.minutes", 30))));
  }
}
