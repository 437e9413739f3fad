package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.step.DivergenceException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that diverges says the same of it on any number of workers and slices, whoever is the first
 * to come upon it.
 */
class DivergenceTextTest {

  @TempDir private Path working;

  private static String job(String rate) {
    return """
        name = diverging, seed = 3
        data.train.builtin { name = sine, examples = 150, seed = 4 }
        model = [ { dense { units = 3000 } }, tanh
                  { dense { units = 40 } }, { dense { units = 1 } } ]
        loss = half-squared-error
        optimizer { sgd { learning-rate = %s } }
        batch-size = 32, shards = 8, epochs = 2
        """
        .formatted(rate);
  }

  private void assertSaysTheSame(String text, String rate) {
    ResumableJob job = new ResumableJob(working, job(rate));
    for (int round = 0; round < 3; round++) {
      for (int workers : new int[] {1, 2, 4}) {
        Output output = job.train("run" + workers + round, workers, 1 + workers % 3, List.of());
        assertEquals(1, output.exitCode(), output.err());
        assertEquals(
            DivergenceException.BEGINNING + text + DivergenceException.ADVICE,
            output.error(),
            workers + " workers");
      }
    }
  }

  @Test
  void shouldNameTheFirstShardOfTheStepWhenTheLossIsNotFinite() {
    assertSaysTheSame(
        "loss is not finite in step 1, shard 0, first in layer 3 (dense 1); ", "1e30");
  }

  @Test
  void shouldNameTheStepWhenTheUpdateIsNotFinite() {
    assertSaysTheSame(
        "the update of step 0 is not finite (gradient, weights or optimizer's state); ", "3e38");
  }
}
