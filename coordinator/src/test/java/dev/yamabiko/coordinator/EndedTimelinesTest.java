package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.job.JobFile;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EndedTimelinesTest {

  private static final String TEXT =
      """
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer = sgd, batch-size = 8, shards = 4, epochs = 2
      """;

  private final EndedTimelines timelines = new EndedTimelines();

  /** Has taken a step. */
  private static JobEntry job(int number) {
    String id = "a-" + number;
    JobEntry entry =
        new JobEntry(
            StoredJob.submitted(id, TEXT, Optional.empty(), Instant.EPOCH),
            JobFile.parse(TEXT, id, Path.of(""), List.of()),
            Path.of(""),
            1);
    entry.observe(new RunEvent.StepTimed(0, StepTiming.NONE));
    return entry;
  }

  private static int steps(JobEntry entry) {
    return entry.timeline().steps().size();
  }

  @Test
  void shouldKeepThoseOfTheJobsThatEndedLast() {
    List<JobEntry> jobs =
        IntStream.range(0, EndedTimelines.MOST + 2).mapToObj(EndedTimelinesTest::job).toList();
    jobs.subList(0, EndedTimelines.MOST).forEach(timelines::ended);
    timelines.begins(jobs.get(0));
    timelines.ended(jobs.get(EndedTimelines.MOST));
    assertEquals(1, steps(jobs.get(1)));
    timelines.ended(jobs.get(EndedTimelines.MOST + 1));
    assertEquals(List.of(1, 0, 1), jobs.subList(0, 3).stream().map(job -> steps(job)).toList());
    assertEquals(1, steps(jobs.get(EndedTimelines.MOST + 1)));
  }
}
