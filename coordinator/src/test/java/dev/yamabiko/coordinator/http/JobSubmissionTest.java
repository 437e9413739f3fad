package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.coordinator.SmallestJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobSubmissionTest {

  private static final String JOB = SmallestJob.named("late");

  @TempDir private Path data;

  private final AtomicLong now = new AtomicLong();

  /**
   * @param pause what each look at the clock takes
   */
  private String nameOnceChecked(long pause) throws IOException {
    UploadStore uploads = UploadStore.open(data, 0, List::of, Clock.systemUTC());
    try (JobSubmission submission =
        new JobSubmission(new JobFiles(uploads, List.of()), () -> now.addAndGet(pause))) {
      ByteBuffer body = StandardCharsets.UTF_8.encode(JOB);
      return submission.check(body).toCompletableFuture().join().name();
    }
  }

  @Test
  void shouldCheckNoJobAfterItsAnswerWasDue() throws IOException {
    assertEquals("late", nameOnceChecked(1));
    long tooLong = JobSubmission.DEADLINE.toNanos() + 1;
    CompletionException late =
        assertThrows(CompletionException.class, () -> nameOnceChecked(tooLong));
    Problem why = assertInstanceOf(ProblemException.class, late.getCause()).problem();
    assertEquals(StatusCodes.SERVICE_UNAVAILABLE, why.status());
  }
}
