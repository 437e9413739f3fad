package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.protocol.RunEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobEntryTest {

  private static final String TEXT =
      """
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer = sgd, batch-size = 8, shards = 4, epochs = 2, workers.min = 2
      """;

  private final ActorTestKit kit = ActorTestKit.create();

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void shouldShowThoseWhoCanBeReachedWhileItWaitsForMore() {
    StoredJob stored = StoredJob.submitted("a-1", TEXT, Optional.empty(), Instant.EPOCH);
    JobEntry entry =
        new JobEntry(stored, JobFile.parse(TEXT, "a-1", Path.of(""), List.of()), Path.of(""), 1);
    StoredJob running = stored.attempt().running(Instant.EPOCH);
    entry.started(kit.createTestProbe(JobRun.Command.class).ref(), List.of("one", "two"), running);
    entry.observe(new RunEvent.Waiting("waits", List.of("one")));
    entry.become(running.waiting(JobStatus.WAITING, "waits"));
    assertEquals(List.of("one"), entry.view().workers());
    assertFalse(entry.takes("two"), "it has not been given up");
    entry.observe(new RunEvent.WorkerJoined("three", 2));
    assertEquals(List.of("one", "three"), entry.view().workers());
    entry.observe(new RunEvent.WentOn(2));
    entry.become(running);
    assertEquals(List.of("one", "two"), entry.view().workers());
  }

  private JobEntry startedOn(String... workers) {
    StoredJob stored = StoredJob.submitted("a-1", TEXT, Optional.empty(), Instant.EPOCH);
    JobEntry entry =
        new JobEntry(stored, JobFile.parse(TEXT, "a-1", Path.of(""), List.of()), Path.of(""), 1);
    start(entry, workers);
    return entry;
  }

  private void start(JobEntry entry, String... workers) {
    entry.started(
        kit.createTestProbe(JobRun.Command.class).ref(),
        List.of(workers),
        entry.stored().attempt().running(Instant.EPOCH));
  }

  @Test
  void shouldTakeTheNextStartOfAWorkerThatHasFailed() {
    JobEntry entry = startedOn("one", "two");
    entry.left("two", true);
    assertFalse(entry.takes("two"));
    entry.gone("two");
    assertTrue(entry.takes("two"));
  }

  @Test
  void shouldTakeAWorkerAgainInItsNextRunThatHasFailedInTheLast() {
    JobEntry entry = startedOn("one", "two");
    entry.left("two", true);
    start(entry, "one");
    assertTrue(entry.takes("two"));
  }

  /** A coordinator may have seen very many. */
  @Test
  void shouldNotKeepAJobThatHasEnded() {
    Job job = JobFile.parse("name = small, " + TEXT, "a-1", Path.of(""), List.of());
    StoredJob stored = StoredJob.submitted("a-1", TEXT, Optional.empty(), Instant.EPOCH);
    JobEntry entry = new JobEntry(stored, job, Path.of(""), 1);
    assertEquals(job, entry.job());
    StoredJob failed = stored.ended(JobStatus.FAILED, "why", Optional.empty(), Instant.EPOCH);
    entry.ended(failed, Optional.empty());
    assertThrows(NoSuchElementException.class, entry::job);
    assertThrows(
        NoSuchElementException.class, () -> new JobEntry(failed, job, Path.of(""), 1).job());
    assertTrue(entry.isReadable());
    assertEquals("small", entry.view().name());
    entry.resumed(job);
    assertEquals(job, entry.job());
  }

  @Test
  void shouldCountFromWhereARunGoesOn() {
    StoredJob stored = StoredJob.submitted("a-1", TEXT, Optional.empty(), Instant.EPOCH);
    JobEntry entry =
        new JobEntry(stored, JobFile.parse(TEXT, "a-1", Path.of(""), List.of()), Path.of(""), 1);
    entry.observe(new RunEvent.RunStarted(2, 7, 1, 56));
    assertEquals(7, entry.view().step());
    assertEquals(1, entry.view().epoch());
  }

  @Test
  void shouldKeepNoEvaluationInMemory() {
    StoredJob stored = StoredJob.submitted("a-1", TEXT, Optional.empty(), Instant.EPOCH);
    JobEntry entry =
        new JobEntry(stored, JobFile.parse(TEXT, "a-1", Path.of(""), List.of()), Path.of(""), 1);
    TestProbe<JobEventBatch> follower = kit.createTestProbe(JobEventBatch.class);
    entry.events().follow(0, follower.ref());
    Optional<String> result =
        Optional.of("{\"steps\":10,\"evaluation\":{\"accuracy\":0.5},\"seconds\":1.5}");
    entry.ended(stored.ended(JobStatus.COMPLETED, "", result, Instant.EPOCH), result);
    String told = follower.receiveMessage().events().get(0).json();
    assertTrue(told.contains("\"evaluation\":{\"accuracy\":0.5}"), told);
    Optional<String> brief = Optional.of("{\"steps\":10,\"evaluation\":null,\"seconds\":1.5}");
    assertEquals(brief, entry.view().result());
    assertEquals(brief, StoredJob.parse(entry.stored().toJson()).result());
    entry.events().follow(0, follower.ref());
    follower.expectNoMessage();
  }
}
