package dev.yamabiko.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunOutcome;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SingleNodeTest {

  private static final String TEXT =
      """
      data.train.builtin { name = spirals, examples = 80 }
      model = [ { dense { units = 5 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer.sgd { learning-rate = 0.1 }
      batch-size = 32, shards = 8, epochs = 2, checkpoint.every-steps = 2
      """;

  private final CheckedJob checked =
      CheckedJob.of(JobFile.parse(TEXT, "a", Path.of(""), List.of()));

  private RunOutcome run(RunListener listener) {
    SingleNode.Cancellation none = new SingleNode.Cancellation();
    return SingleNode.run(checked, checked.start(), 2, List.of(listener), none);
  }

  @Test
  void shouldEndByTheErrorThatAThreadOfItHasDiedOf() {
    Error error = new OutOfMemoryError("Java heap space");
    Error thrown =
        assertThrows(
            OutOfMemoryError.class,
            () ->
                run(
                    event -> {
                      throw error;
                    }));
    assertSame(error, thrown);
  }

  @Test
  void shouldHearACancellationThatComesBeforeWhatItsListenersHaveNotHeard() {
    CheckedJob checked =
        CheckedJob.of(
            JobFile.parse(
                TEXT.replace("epochs = 2", "epochs = 200000")
                    .replace(", checkpoint.every-steps = 2", ""),
                "a",
                Path.of(""),
                List.of()));
    SingleNode.Cancellation cancellation = new SingleNode.Cancellation();
    RunListener slow =
        event -> {
          if (event instanceof RunEvent.StepClosed closed && closed.step() < 40) {
            if (closed.step() == 0) {
              cancellation.cancel("enough");
            }
            pause(50);
          }
        };
    RunOutcome outcome = SingleNode.run(checked, checked.start(), 2, List.of(slow), cancellation);
    assertEquals(RunOutcome.Status.CANCELLED, outcome.status());
    assertTrue(outcome.steps() < 100_000, "steps: " + outcome.steps());
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldNotWaitForACheckpointForEver() {
    RunOutcome outcome =
        run(
            new RunListener() {
              @Override
              public void onEvent(RunEvent event) {}

              @Override
              public CompletableFuture<Void> settled() {
                return CompletableFuture.failedFuture(new IllegalStateException("lost"));
              }
            });
    assertEquals(RunOutcome.Status.COMPLETED, outcome.status());
  }
}
