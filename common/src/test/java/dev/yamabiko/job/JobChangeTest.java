package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobChangeTest {

  /** Every key that a job has is given. */
  private static final String JOB =
      """
      name = a, seed = 3
      data.train.builtin { name = spirals, examples = 60 }
      data.validation.builtin { name = spirals, examples = 40, seed = 5 }
      data.augment = [ { noise { deviation = 0.1 } } ]
      model = [ { dense { units = 8 } }, relu, { dense { units = 3 } } ]
      freeze = [ 0 ]
      loss { softmax-cross-entropy { label-smoothing = 0.1 } }
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      schedule { step { every-epochs = 2, factor = 0.5 } }
      clipping { global-norm = 1 }
      batch-size = 16, shards = 4, epochs = 3
      checkpoint { every-steps = 5, keep = 2 }
      early-stopping { metric = validation-loss, patience = 2 }
      on-divergence { rollback { factor = 0.5 } }
      """;

  private static Job job(String text, String... settings) {
    return JobFile.parse(text, "job.conf", Path.of(""), List.of(settings));
  }

  private static String change(String... settings) {
    return JobChange.of(job(JOB), job(JOB, settings)).orElse("none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=b                         | name was \"a\" but is \"b\" now",
        "seed=4                         | seed was 3 but is 4 now",
        "batch-size=32                  | batch-size was 16 but is 32 now",
        "shards=2                       | shards was 4 but is 2 now",
        "freeze=[]                      | freeze was [0] but is [] now",
        "freeze=[0,2]                   | freeze was [0] but is [0,2] now",
        "optimizer.sgd.momentum=0.8     | optimizer.sgd.momentum was 0.9 but is 0.8 now",
        "optimizer.sgd.nesterov=true    | optimizer.sgd.nesterov was not set but is true now",
        "optimizer.adam.beta1=0.8       | optimizer.adam.beta1 was not set but is 0.8 now",
        "schedule.step.factor=0.25      | schedule.step.factor was 0.5 but is 0.25 now",
        "communication.weights=bfloat16 | communication.weights was not set but is \"bfloat16\" now",
        "clipping.global-norm=2         | clipping.global-norm was 1 but is 2 now",
        "warm-start=/a.safetensors      | warm-start was not set but is \"/a.safetensors\" now",
        "early-stopping.patience=1      | early-stopping.patience was 2 but is 1 now",
        "early-stopping.metric=train-loss | early-stopping.metric was \"validation-loss\" but is \"train-loss\" now",
        "on-divergence=stop             | on-divergence was {\"rollback\":{\"factor\":0.5}} but is \"stop\" now",
        "on-divergence.rollback.at-most=9 | on-divergence.rollback.at-most was not set but is 9 now"
      })
  void shouldNameTheFirstThatMayNotChange(String setting, String says) {
    assertEquals(says, change(setting));
  }

  @Test
  void shouldNameListsAndVariantsAsAWhole() {
    assertEquals(
        "loss.softmax-cross-entropy.label-smoothing was 0.1 but is 0.2 now",
        change("loss.softmax-cross-entropy.label-smoothing=0.2"));
    assertEquals(
        "model was [{\"dense\":{\"units\":8}},\"relu\",{\"dense\":{\"units\":3}}] but is"
            + " [{\"dense\":{\"units\":3}}] now",
        change("model=[{ dense { units = 3 } }]", "freeze=[]"));
    assertEquals(
        "data.augment was [{\"noise\":{\"deviation\":0.1}}] but is [] now",
        change("data.augment=[]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "epochs=9",
        "checkpoint.every-steps=1",
        "checkpoint.keep=7",
        "data.train.builtin.examples=61",
        "data.storage=disk",
        "tensorboard.scalars=false",
        "tensorboard.histograms.every-steps=5"
      })
  void shouldLetEpochsCheckpointsPlacesAndTensorBoardChange(String setting) {
    assertEquals("none", change(setting));
  }

  @Test
  void shouldLetTheFileOfAWarmStartMove() {
    String warm = JOB + "warm-start = /here";
    assertEquals(Optional.empty(), JobChange.of(job(warm), job(warm, "warm-start=/there")));
    assertEquals(
        Optional.of("warm-start was \"/here\" but is not set now"),
        JobChange.of(job(warm), job(warm, "warm-start=null")));
  }

  @Test
  void shouldNotMindHowTheSameThingIsWritten() {
    assertEquals(
        "none", change("optimizer.sgd.learning-rate=1e-1", "optimizer.sgd.nesterov=false"));
    String plain = JOB.replaceFirst("(?m)^schedule.*\n", "").replaceFirst("(?m)^freeze.*\n", "");
    assertEquals(
        Optional.empty(), JobChange.of(job(plain), job(plain, "schedule=constant", "freeze=[]")));
    assertEquals("none", change("communication.gradients=float32"));
  }

  @Test
  void shouldTellABestEpochThatIsChosenByTheCheckpointsFromNone() {
    String plain = JOB.replaceFirst("(?m)^early-stopping.*\n", "");
    assertEquals(
        Optional.of("checkpoint.best was not set but is \"validation-accuracy\" now"),
        JobChange.of(job(plain), job(plain, "checkpoint.best=validation-accuracy")));
    assertEquals(
        Optional.of("early-stopping.metric was not set but is \"train-loss\" now"),
        JobChange.of(job(plain), job(plain, "early-stopping.metric=train-loss")));
  }
}
