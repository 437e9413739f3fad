package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.InputErrors;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.ParsingCost;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import scala.concurrent.duration.Duration;

/**
 * Makes a checked job of a request's body, on threads of its own: checking reads all of the job's
 * data. Few jobs are checked at a time, and only so many wait for that.
 */
final class JobSubmission implements AutoCloseable {

  /** Of a body, and of the job that it means: it must fit a control message. */
  static final int LARGEST = 100 << 10;

  /** Lists and objects in each other; the deepest of a job that people write is some ten. */
  static final int DEEPEST = 100;

  /** Of an answer: all of a job's data is read for it. */
  static final Duration DEADLINE = Duration.create(10, TimeUnit.MINUTES);

  private static final int AT_ONCE = 2;
  private static final int WAITING = 16;

  /** What messages call the body; also the name of a job that has none. */
  private static final String ORIGIN = "job";

  private final JobFiles files;
  private final TimeLimit limit;
  private final Turns turns =
      new Turns(
          "job-check",
          AT_ONCE,
          WAITING,
          "too many jobs are being checked at the moment; try again");

  JobSubmission(JobFiles files, LongSupplier nanoTime) {
    this.files = files;
    limit = new TimeLimit(DEADLINE, "the job could not be checked in time; try again", nanoTime);
  }

  /**
   * The job, or a {@link ProblemException} that says what {@code check} says. Nobody is there for
   * the answer after the deadline: what has not been begun by then is not.
   */
  CompletionStage<Job> check(ByteBuffer body) {
    Runnable between = limit.begin();
    return turns.take(() -> checked(body, between));
  }

  private Job checked(ByteBuffer body, Runnable between) {
    between.run();
    JobFiles.Names names = files.new Names();
    try {
      Job job = JobFile.parse(flat(text(body)), ORIGIN, names);
      if (job.resolved().getBytes(StandardCharsets.UTF_8).length > LARGEST) {
        throw Problem.badRequest(
                "job: expected a job of at most 100 KiB once substitutions are replaced but found a"
                    + " larger one")
            .exception();
      }
      flat(job.resolved());
      CheckedJob checked = CheckedJob.of(job, between);
      // Slices may live on other nodes when it runs.
      HeapNeed.ofCoordinator(checked.plan(1), false)
          .missing(Runtime.getRuntime().maxMemory())
          .ifPresent(
              why -> {
                throw shortOfMemory("the coordinator cannot hold this job: " + why);
              });
      if (job.model().warmStart().isPresent()) {
        checked.start();
      }
      return job;
    } catch (RuntimeException e) {
      if (!InputErrors.isInput(e)) {
        throw e;
      }
      throw Problem.badRequest(names.inWordsOfJob(e.getMessage())).exception();
    } catch (StackOverflowError e) {
      // By substitutions, before they could be counted.
      throw tooDeep();
    } catch (OutOfMemoryError e) {
      throw new CompletionException(
          shortOfMemory("the coordinator has not enough memory to check this job"));
    }
  }

  private static ProblemException shortOfMemory(String detail) {
    return new Problem(StatusCodes.INSUFFICIENT_STORAGE, detail).exception();
  }

  private static String flat(String text) {
    if (ParsingCost.of(text).depth() > DEEPEST) {
      throw tooDeep();
    }
    return text;
  }

  private static ProblemException tooDeep() {
    return Problem.badRequest(
            "job: expected lists and objects at most %d deep in each other but found more"
                .formatted(DEEPEST))
        .exception();
  }

  private static String text(ByteBuffer body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(body).toString();
    } catch (CharacterCodingException e) {
      throw Problem.badRequest("job: expected UTF-8 text but found other bytes").exception();
    }
  }

  @Override
  public void close() {
    turns.close();
  }
}
