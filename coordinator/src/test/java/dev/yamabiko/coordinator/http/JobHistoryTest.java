package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.TimelineView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobHistoryTest {

  private static final String LINE =
      "{\"notice\":\"worker w2 was lost\",\"at\":\"2026-11-26T18:00:00.000Z\","
          + "\"kind\":\"worker-lost\",\"step\":%d,\"worker\":\"w2\"}";

  @TempDir Path data;
  private Api api;

  @BeforeEach
  void bind() throws Exception {
    api = new Api(data, List.of(), 1 << 20);
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void shouldShowTheLastStepsOfAJob() throws Exception {
    assertEquals(
        "{\"steps\":[{\"step\":130,\"seconds\":0.01,\"compute\":0.006,\"broadcast\":0.002,"
            + "\"wait\":0.0,\"aggregate\":0.002,\"workers\":[{\"name\":\"w1\",\"compute\":0.006,"
            + "\"broadcast\":0.002,\"wait\":0.0}]}]}\n",
        api.get("/api/v1/jobs/a-1/timeline").body());
    api.coordinator.timeline = new TimelineView(List.of());
    assertEquals("{\"steps\":[]}\n", api.get("/api/v1/jobs/a-1/timeline").body());
  }

  @Test
  void shouldShowTheNoticesOfAnEndedJobTheNewestFirst() throws Exception {
    assertEquals("{\"notices\":[]}\n", api.get("/api/v1/jobs/a-1/notices").body());
    api.coordinator.jobs.put(
        "b-2", FakeCoordinator.job("b-2", JobStatus.COMPLETED, data, Optional.empty()));
    StringBuilder lines = new StringBuilder();
    for (int step = 0; step < 600; step++) {
      lines.append(LINE.formatted(step)).append('\n');
    }
    Files.writeString(data.resolve("events.jsonl"), lines);
    String all = api.get("/api/v1/jobs/b-2/notices").body();
    assertEquals(500, all.split("\"notice\":", -1).length - 1);
    assertEquals(
        "{\"notices\":[" + LINE.formatted(599) + "," + LINE.formatted(598) + ",",
        all.substring(0, 2 * LINE.formatted(599).length() + 14));
  }

  @Test
  void shouldNotFindJobsThatAreNotThere() throws Exception {
    for (String what : List.of("timeline", "notices")) {
      assertEquals("there is no job c-3", Api.problem(404, api.get("/api/v1/jobs/c-3/" + what)));
      Api.problem(405, api.post("/api/v1/jobs/a-1/" + what, ""));
    }
  }
}
