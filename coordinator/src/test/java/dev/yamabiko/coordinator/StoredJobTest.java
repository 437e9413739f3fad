package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredJobTest {

  private static final Instant SUBMITTED = Instant.parse("2026-11-25T20:00:00.123456789Z");
  private static final Instant LATER = Instant.parse("2026-11-25T21:00:00Z");
  private static final StoredJob NEW =
      StoredJob.submitted("山-1", "name = \"山\"\nseed = 1 # \\ \t\u0001", SUBMITTED);

  private static void assertSurvives(StoredJob job) {
    assertEquals(job, StoredJob.parse(job.toJson()));
  }

  @Test
  void shouldSurviveTheDiskInEveryState() {
    assertSurvives(NEW);
    assertSurvives(NEW.waiting(JobStatus.WAITING, "waits for \"2\" workers"));
    StoredJob running = NEW.running(LATER);
    assertSurvives(running);
    assertSurvives(running.cancelling("by a \"user\""));
    for (JobStatus status : JobStatus.values()) {
      assertSurvives(running.ended(status, "why", Optional.of("{\"loss\":null}"), LATER));
      assertSurvives(running.ended(status, "", Optional.empty(), LATER));
    }
  }

  @Test
  void shouldKeepItsFirstStartAndForgetItsEndWhenItGoesOn() {
    StoredJob ended = NEW.running(LATER).ended(JobStatus.FAILED, "why", Optional.of("{}"), LATER);
    StoredJob again = ended.waiting(JobStatus.QUEUED, "").running(LATER.plusSeconds(60));
    assertEquals(NEW.running(LATER), again);
  }

  @Test
  void shouldTellWhatAJobWaitsForFromAllElse() {
    StoredJob waiting = NEW.waiting(JobStatus.WAITING, "waits for 2 workers");
    assertTrue(NEW.differsOnlyInWait(waiting));
    assertFalse(NEW.attempt().differsOnlyInWait(waiting));
    assertFalse(waiting.differsOnlyInWait(waiting.cancelling("by a user")));
    assertFalse(waiting.differsOnlyInWait(waiting.running(LATER)));
    StoredJob ended = NEW.ended(JobStatus.CANCELLED, "", Optional.empty(), LATER);
    assertFalse(ended.differsOnlyInWait(NEW));
    assertFalse(NEW.differsOnlyInWait(ended));
  }

  @Test
  void shouldForgetThatItWasToEndOnceItHas() {
    StoredJob ended =
        NEW.running(LATER)
            .cancelling("why")
            .ended(JobStatus.CANCELLED, "why", Optional.empty(), LATER);
    assertEquals(Optional.empty(), ended.cancelling());
  }

  @Test
  void shouldReadAJobOfAnEarlierVersion() {
    String text = NEW.toJson().replace("\"cancelling\":null,", "");
    assertEquals(NEW, StoredJob.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{\"id\":\"a-1\"}",
        "{\"id\":\"a-1\",\"job\":\"\",\"status\":\"asleep\",\"reason\":\"\",\"submitted\":\"2026-11-25T21:00:00Z\"}",
        "{\"id\":\"a-1\",\"job\":\"\",\"status\":\"queued\",\"reason\":\"\",\"submitted\":\"yesterday\"}",
      })
  void shouldRefuseWhatIsNoStoredJob(String text) {
    assertThrows(IllegalArgumentException.class, () -> StoredJob.parse(text));
  }
}
