package dev.yamabiko.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.job.Job;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingJobTest {

  private static final TrainingJob SPIRALS = TrainingJob.hocon(SmallJobs.SPIRALS);

  @TempDir Path directory;

  /** Whatever was set, two jobs that come to the same have the same resolved text. */
  private static void assertSame(String expected, TrainingJob job) {
    assertEquals(TrainingJob.hocon(expected).read().resolved(), job.read().resolved());
  }

  private static String refusal(TrainingJob job) {
    return assertThrows(YamabikoException.class, job::read).getMessage();
  }

  @Test
  void shouldReadAFileTextAndKeysAlike() throws Exception {
    Path file = Files.writeString(directory.resolve("spirals.conf"), SmallJobs.SPIRALS);
    assertSame(SmallJobs.SPIRALS, TrainingJob.file(file));
    TrainingJob keys =
        TrainingJob.of(
            Map.of(
                "name",
                "spirals",
                "seed",
                3,
                "data.train.builtin",
                Map.of("name", "spirals", "examples", 320, "seed", 4),
                "data.validation",
                Map.of("builtin", Map.of("name", "spirals", "examples", 60, "seed", 5)),
                "model",
                List.of(
                    Map.of("dense", Map.of("units", 16)),
                    "tanh",
                    Map.of("dense", Map.of("units", 3))),
                "loss",
                "softmax-cross-entropy",
                "optimizer.adam.learning-rate",
                0.02,
                "batch-size",
                16,
                "shards",
                4,
                "epochs",
                3));
    // In which order keys were written shows in no job, but in its text.
    Job fromKeys = keys.read();
    Job fromText = SPIRALS.read();
    assertEquals(fromText.data(), fromKeys.data());
    assertEquals(fromText.model(), fromKeys.model());
    assertEquals(fromText.update(), fromKeys.update());
    assertEquals(fromText.epochs(), fromKeys.epochs());
  }

  @Test
  void shouldSetAsTheCommandDoes() {
    assertSame(SmallJobs.SPIRALS + "epochs = 7", SPIRALS.set("epochs", 7));
    assertSame(SmallJobs.SPIRALS + "epochs = 7", SPIRALS.set("epochs", "7"));
    assertSame(
        SmallJobs.SPIRALS + "optimizer { adam = null, sgd { learning-rate = 1.0E-4 } }",
        SPIRALS.set("optimizer.sgd.learning-rate", 1e-4));
    assertSame(
        SmallJobs.SPIRALS + "model = [ relu, { dense { units = 3 } } ]",
        SPIRALS.set("model", List.of("relu", Map.of("dense", Map.of("units", 3)))));
    assertSame(SmallJobs.SPIRALS + "name = null", SPIRALS.set("name", null));
    assertSame(SmallJobs.SPIRALS + "name = null", SPIRALS.set("name", "null"));
    assertSame(SmallJobs.SPIRALS + "name = \"null\"", SPIRALS.set("name", "\"null\""));
    assertEquals(3, SPIRALS.read().epochs());
  }

  @Test
  void shouldTakePathsAsTheyAre() throws Exception {
    Path table = Files.writeString(directory.resolve("a b+c.csv"), "a,b\n1,2\n");
    TrainingJob job =
        SPIRALS
            .set("data.validation", null)
            .set("data.train.csv", Map.of("path", table, "targets", List.of("b")))
            .set("loss", "half-squared-error");
    DataSource source = job.read().data().train();
    assertEquals(table, ((DataSource.Csv) source).path());
    assertEquals(
        table,
        ((DataSource.Csv) job.set("data.train.csv.path", table).read().data().train()).path());
  }

  /** What means something in HOCON, and in the job's own text once more. */
  @Test
  void shouldTakePathsWithQuotesAndSigns() {
    Path table = directory.resolve("q\"'\\n $x ${y} #z {[,=:] \ttab\nline.csv");
    TrainingJob csv =
        SPIRALS
            .set("data.validation", null)
            .set("loss", "half-squared-error")
            .set("data.train.csv", Map.of("path", table, "targets", List.of("b")));
    TrainingJob keys =
        TrainingJob.of(
            Map.of(
                "data.train.csv",
                Map.of("path", table, "targets", List.of("b")),
                "model",
                List.of(Map.of("dense", Map.of("units", 1))),
                "loss",
                "half-squared-error",
                "optimizer",
                "sgd",
                "batch-size",
                4,
                "epochs",
                1));
    for (TrainingJob job : List.of(csv, csv.set("data.train.csv.path", table), keys)) {
      Job read = job.read();
      assertEquals(table, ((DataSource.Csv) read.data().train()).path());
      Job again = TrainingJob.hocon(read.resolved()).read();
      assertEquals(read.data(), again.data());
    }
  }

  @Test
  void shouldNameWhatIsWrong() {
    assertEquals(
        "--set epochs: expected an integer of at least 1 but found 0",
        refusal(SPIRALS.set("epochs", 0)));
    assertTrue(refusal(SPIRALS.set("epoch", 3)).contains("epochs"), "no nearest key");
    assertTrue(refusal(TrainingJob.hocon("")).startsWith("job: "));
    assertTrue(refusal(TrainingJob.file(directory.resolve("x"))).endsWith("no such file"));
  }

  @Test
  void shouldRefuseWhatNoJobFileHolds() {
    IllegalArgumentException numbers =
        assertThrows(IllegalArgumentException.class, () -> SPIRALS.set("model", new int[] {1, 2}));
    assertEquals(
        "no value of a job's key: expected a text, number, boolean, Path, list or map but found"
            + " int[]",
        numbers.getMessage());
    assertThrows(IllegalArgumentException.class, () -> TrainingJob.of(Map.of("a", new Object())));
    Map<String, Object> endless = new HashMap<>();
    endless.put("again", endless);
    assertThrows(IllegalArgumentException.class, () -> SPIRALS.set("data", endless));
    assertThrows(IllegalArgumentException.class, () -> TrainingJob.of(endless));
    assertThrows(NullPointerException.class, () -> SPIRALS.set(null, 1));
    assertThrows(NullPointerException.class, () -> TrainingJob.file(null));
    assertThrows(NullPointerException.class, () -> TrainingJob.hocon(null));
  }
}
