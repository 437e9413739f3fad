package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.data.Sampler;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.SampleHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which samples are in the weights, as the result says it: every example once an epoch, whoever
 * computed and wherever the run was interrupted or went back.
 */
class LedgerTest {

  private static final int SEED = 3;
  private static final int EXAMPLES = 75;

  /** Five steps an epoch; the last batch holds 11 examples. */
  private static final String JOB =
      """
      name = counted, seed = %d
      data.train.builtin { name = spirals, examples = %d, seed = 4 }
      model = [ { dense { units = 70 } }, tanh, { dense { units = 130 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 16, shards = 4, epochs = 3
      checkpoint { every-steps = 2 }
      """
          .formatted(SEED, EXAMPLES);

  @TempDir private Path working;

  private static void assertLedger(
      JsonNode result, int epochs, int examples, long openExamples, long openHash) {
    JsonNode ledger = result.path("ledger");
    String text = result.toString();
    assertEquals(epochs, ledger.path("epochs").asInt(-1), text);
    assertEquals(examples, ledger.path("examples_per_epoch").asInt(-1), text);
    String all = SampleHash.text(SampleHash.ofAll(examples));
    assertEquals(all, ledger.path("sample_hash_per_epoch").asText(), text);
    assertEquals(openExamples, ledger.path("open_epoch_examples").asLong(-1), text);
    String open = SampleHash.text(openHash);
    assertEquals(open, ledger.path("open_epoch_sample_hash").asText(), text);
    long applied = (long) epochs * examples + openExamples;
    assertEquals(applied, result.path("samples_applied").asLong(-1), text);
  }

  /** Of the first samples of an epoch, in the sampler's order. */
  private static long hashOfFirst(int count, int epoch) {
    int[] order = Sampler.order(SEED, epoch, EXAMPLES);
    long hash = 0;
    for (int i = 0; i < count; i++) {
      hash += SampleHash.of(order[i]);
    }
    return hash;
  }

  @Test
  void shouldHoldEveryExampleOnceAnEpochForAnyNumberOfWorkers() throws IOException {
    ResumableJob job = new ResumableJob(working, JOB);
    for (int workers : new int[] {1, 2, 3, 5}) {
      String run = "run" + workers;
      Output output = job.train(run, workers, 1 + workers % 3, List.of());
      assertEquals(0, output.exitCode(), output.err());
      assertLedger(output.json(), 3, EXAMPLES, 0, 0);
      assertLedger(job.result(run), 3, EXAMPLES, 0, 0);
      String sample = "\"sample_hash\":\"" + SampleHash.text(SampleHash.ofAll(EXAMPLES)) + "\"";
      List<String> epochs =
          Files.readAllLines(job.directory(run).resolve("metrics.jsonl")).stream()
              .filter(line -> line.contains(sample))
              .toList();
      assertEquals(3, epochs.size(), epochs.toString());
    }
  }

  @Test
  void shouldSayHowFarItGoesWhenCancelledAndCountTheWholeLineageWhenResumed() throws IOException {
    ResumableJob job = new ResumableJob(working, JOB);
    String[] longer = {"--set", "epochs=30"};
    Output cancelled = job.cancelled("run", 2, 2, LedgerTest::isInSecondEpoch, longer);
    JsonNode result = cancelled.json();
    assertEquals("cancelled", result.path("status").asText(), cancelled.err());
    // It may get further before it hears of it; an epoch at its very end stays open.
    int epochs = result.path("epochs").asInt();
    int open = Math.min(EXAMPLES, (result.path("steps").asInt() - 5 * epochs) * 16);
    assertLedger(result, epochs, EXAMPLES, open, hashOfFirst(open, epochs));
    assertLedger(job.result("run"), epochs, EXAMPLES, open, hashOfFirst(open, epochs));
    Output resumed = job.resume("run", 3, 3, longer);
    assertEquals(0, resumed.exitCode(), resumed.err());
    assertLedger(resumed.json(), 30, EXAMPLES, 0, 0);
  }

  private static boolean isInSecondEpoch(RunEvent event) {
    return event instanceof RunEvent.StepClosed closed && closed.step() == 6;
  }

  @Test
  void shouldNotCountStepsThatAKillHasUndone() throws IOException {
    ResumableJob job = new ResumableJob(working, JOB);
    job.train(
        "run",
        2,
        2,
        List.of(
            event -> {
              // One step after the checkpoint of step 8: that step is taken again.
              if (event instanceof RunEvent.StepClosed closed && closed.step() == 8) {
                job.copy("run", "killed");
              }
            }));
    Output resumed = job.resume("killed", 1);
    assertEquals(0, resumed.exitCode(), resumed.err());
    assertLedger(resumed.json(), 3, EXAMPLES, 0, 0);
  }

  @Test
  void shouldNotCountStepsThatARollbackHasUndone() throws IOException {
    ResumableJob job = new ResumableJob(working, ResumableJob.DIVERGING);
    Output output = job.train("run", 2);
    assertEquals(0, output.exitCode(), output.err());
    assertEquals(2, output.json().path("rollbacks").asInt(), output.out());
    assertLedger(output.json(), 6, 150, 0, 0);
  }
}
