package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumptionTest {

  private static final String TEXT =
      """
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer = sgd, batch-size = 8, shards = 4, epochs = 2
      """;

  @TempDir private Path directory;

  @Test
  void shouldNameDamagedCheckpointsOfAJobAndWhatToDoThere() throws IOException {
    Job job = JobFile.parse(TEXT, "a-1", Path.of(""), List.of());
    Files.writeString(directory.resolve("job.conf"), job.resolved());
    Path folder = Files.createDirectory(directory.resolve("checkpoints"));
    Path manifest =
        Files.writeString(folder.resolve("step-0000000010.checkpoint"), "not what was written");
    List<String> damages = new ArrayList<>();
    Resumption resumption = Resumption.ofJob(directory, CheckedJob.of(job));
    String why =
        assertThrows(JobException.class, () -> resumption.find(damages::add, damages::add))
            .getMessage();
    assertTrue(
        why.startsWith(
            "the run in " + directory + " cannot go on: none of its checkpoints can be used: "),
        why);
    assertTrue(why.contains(manifest + ": "), why);
    assertTrue(
        why.endsWith("; put a whole one back and resume the job, or submit it again to begin anew"),
        why);
    assertEquals(1, damages.size());
    assertTrue(damages.get(0).startsWith("passed over a checkpoint: " + manifest), damages.get(0));
  }
}
