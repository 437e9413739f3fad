package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.job.JobFile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose run, which a probe plays, finds no room on the disk. */
class JobQueueTest {

  private static final String TEXT = SmallestJob.named("job");

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<Coordinator.Command> due = kit.createTestProbe(Coordinator.Command.class);
  @TempDir private Path data;

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  /** Has the actor to which the queue belongs do this, with a job that runs. */
  private void inTurn(BiConsumer<JobQueue, JobEntry> what) throws Exception {
    JobStore store = JobStore.open(data);
    Coordinator.Resources resources =
        new Coordinator.Resources(
            store,
            null,
            "127.0.0.1",
            null,
            new WorkerAdmission("f00d", false),
            new ClusterMetrics(new SimpleMeterRegistry(), System::nanoTime),
            Runnable::run,
            Runnable::run,
            Clock.systemUTC(),
            Duration.ofHours(1),
            Duration.ofMillis(1));
    CompletableFuture<Void> done = new CompletableFuture<>();
    kit.spawn(
        Behaviors.<Coordinator.Command>setup(
            context ->
                Behaviors.withTimers(
                    timers -> {
                      JobBook jobs = new JobBook(resources, context, timers);
                      RegisteredWorkers workers = new RegisteredWorkers();
                      RunStarts none = new RunStarts(resources, context, jobs, workers, null, null);
                      JobQueue queue =
                          new JobQueue(resources, context, timers, jobs, workers, none);
                      done.completeAsync(
                          () -> {
                            what.accept(queue, running(jobs));
                            return null;
                          },
                          Runnable::run);
                      return Behaviors.receiveMessage(
                          message -> {
                            due.ref().tell(message);
                            return Behaviors.same();
                          });
                    })));
    done.get();
  }

  private JobEntry running(JobBook jobs) {
    JobEntry entry =
        jobs.submit(JobFile.parse(TEXT, "job.conf", Path.of(""), List.of()), Optional.empty());
    jobs.started(
        entry, kit.createTestProbe(JobRun.Command.class).ref(), List.of("a"), jobs.attempt(entry));
    return entry;
  }

  @Test
  void shouldTryAJobAgainAfterAWhile() throws Exception {
    inTurn(
        (queue, entry) -> {
          queue.postpone(entry, "no room");
          assertEquals(JobStatus.WAITING, entry.status());
          assertEquals(
              "waits for room on the coordinator's disk: no room", entry.stored().reason());
          assertTrue(entry.isQueued());
          assertFalse(entry.isStartable());
        });
    due.expectMessage(new Coordinator.StartAgain("job-1"));
  }

  @Test
  void shouldLookForWorkersWhenItsTimeHasCome() throws Exception {
    inTurn(
        (queue, entry) -> {
          queue.postpone(entry, "no room");
          queue.startAgain(entry.id());
          assertTrue(entry.isStartable());
          assertEquals("waits for 1 worker, there are 0", entry.stored().reason());
        });
  }

  /** Its run had given up before it heard of that. */
  @Test
  void shouldEndAJobThatWasCancelledMeanwhile() throws Exception {
    inTurn(
        (queue, entry) -> {
          entry.become(entry.stored().cancelling("cancelled by a user"));
          queue.postpone(entry, "no room");
          assertEquals(JobStatus.CANCELLED, entry.status());
          assertEquals("cancelled by a user", entry.stored().reason());
          assertEquals(Optional.empty(), entry.run());
        });
    due.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  void shouldWaitLongerEachTime() {
    assertEquals(
        List.of(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L),
        IntStream.rangeClosed(1, 8)
            .mapToObj(times -> JobQueue.pause(Duration.ofSeconds(5), times).toSeconds())
            .toList());
    assertEquals(Duration.ofMinutes(5), JobQueue.pause(Duration.ofSeconds(5), Integer.MAX_VALUE));
  }

  @Test
  void shouldCountFromTheBeginningOnceAJobHasEnded() throws Exception {
    inTurn(
        (queue, entry) -> {
          StoredJob waiting = entry.stored().waiting(JobStatus.WAITING, "no room");
          assertEquals(List.of(1, 2), List.of(entry.postponed(waiting), entry.postponed(waiting)));
          entry.ended(entry.stored(), Optional.empty());
          entry.become(waiting);
          assertTrue(entry.isStartable(), "resumed by a user, who may have made room");
          assertEquals(1, entry.postponed(waiting));
        });
  }
}
