package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredJobTest {

  private static final Instant SUBMITTED = Instant.parse("2026-11-25T20:00:00.123456789Z");
  private static final Instant LATER = Instant.parse("2026-11-25T21:00:00Z");
  private static final StoredJob NEW =
      StoredJob.submitted(
          "山-1", "name = \"山\"\nseed = 1 # \\ \t\u0001", Optional.of("Ann \"A.\""), SUBMITTED);

  private static void assertSurvives(StoredJob job) {
    assertEquals(job, StoredJob.parse(job.toJson()));
  }

  @Test
  void shouldHaveItsOwnerInEveryState() {
    StoredJob running = NEW.waiting(JobStatus.WAITING, "why").attempt().running(LATER);
    StoredJob ended =
        running
            .cancelling("by a user")
            .ended(JobStatus.CANCELLED, "by a user", Optional.empty(), LATER);
    for (StoredJob job : List.of(running, ended, StoredJob.parse(ended.toJson()))) {
      assertEquals(Optional.of("Ann \"A.\""), job.owner());
    }
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
    StoredJob nobodys = StoredJob.submitted("a-1", "seed = 1", Optional.empty(), SUBMITTED);
    String text =
        nobodys.toJson().replace("\"cancelling\":null,", "").replace("\"owner\":null,", "");
    assertFalse(text.contains("owner"), text);
    assertEquals(nobodys, StoredJob.parse(text));
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
