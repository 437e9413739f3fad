package dev.yamabiko.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By hand, with as many inputs as one likes: {@code benchmarks/fuzz} sets the properties. */
class FuzzSoak {

  @Test
  void shouldReadOrClearlyRefuseWhateverComes() throws Exception {
    String names = System.getProperty("fuzz.targets", "all");
    int faults =
        FuzzCampaign.run(
            Long.getLong("fuzz.inputs", 100_000),
            Long.getLong("fuzz.seed", 1),
            List.of(names.split(",")),
            Path.of(System.getProperty("fuzz.kept", "target/fuzz")));
    assertEquals(0, faults);
  }
}
