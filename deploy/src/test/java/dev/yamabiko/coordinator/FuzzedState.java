package dev.yamabiko.coordinator;

import java.time.Instant;
import java.util.Optional;

/** The state of a job as the coordinator finds it on its disk. */
public final class FuzzedState {

  private FuzzedState() {}

  /**
   * @throws IllegalArgumentException what the job would be said to lack
   */
  public static void read(String text) {
    StoredJob.parse(text).toJson();
  }

  /** Of a job that waits, and of one that has completed. */
  public static String[] samples() {
    Instant now = Instant.parse("2026-11-29T12:00:00Z");
    StoredJob waits = StoredJob.submitted("digits-7", "epochs = 1\n", Optional.of("ann"), now);
    String result = "{\"evaluation\":{\"examples\":3},\"status\":\"completed\",\"steps\":9}";
    StoredJob ended =
        waits.attempt().running(now).ended(JobStatus.COMPLETED, "", Optional.of(result), now);
    return new String[] {waits.toJson(), ended.toJson()};
  }
}
