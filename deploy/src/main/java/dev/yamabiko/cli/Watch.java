package dev.yamabiko.cli;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.model.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Shows a job to its end, or until another thread detaches it; and says how that went. */
final class Watch {

  private final Session session;
  private final Server coordinator;
  private final String id;
  private final FollowedRun run;
  private final Follower follower;

  Watch(Session session, Server coordinator, String id, Follower.Patience patience) {
    this.session = session;
    this.coordinator = coordinator;
    this.id = id;
    run =
        new FollowedRun(
            session,
            () -> coordinator.askForState(id),
            () -> coordinator.askForWorkers(),
            System::nanoTime);
    follower = new Follower(coordinator, id, run, patience, System::nanoTime);
  }

  /**
   * @param job that began before, as the coordinator tells of it now
   */
  void begin(JsonFields job) {
    run.begin(job);
  }

  /**
   * Ends {@link #show}, also where it waits for the coordinator, which is asked nothing any more;
   * and leaves the job alone.
   */
  void detach() {
    follower.detach();
    coordinator.close();
  }

  /** Blocks; returns the exit code. Whatever is said afterwards has lines of its own. */
  int show(Optional<LoadedData.Baseline> baseline) {
    Optional<String> end;
    try {
      end = followed();
    } catch (ServerException e) {
      if (!e.usersFault()) {
        session.err().println("yamabiko: job %s may go on; %s".formatted(id, howToLook()));
      }
      answerWithoutEnd(e.getMessage());
      throw e;
    }
    if (end.isEmpty()) {
      return detached(run.status());
    }
    run.end();
    return ended(end.get(), baseline, run.curve());
  }

  private Optional<String> followed() {
    try {
      return follower.follow();
    } finally {
      run.leave();
    }
  }

  /**
   * As a command that failed, and which job it was of: a submission's id is known from nowhere
   * else.
   */
  private void answerWithoutEnd(String error) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("status", "failed");
    answer.put("error", error);
    session.answer(answer);
  }

  private String howToLook() {
    return "to look again: yamabiko status %s --watch --server %s"
        .formatted(id, coordinator.option());
  }

  /** Says how the job ended, and how that is told by an exit code. */
  int ended(String job, Optional<LoadedData.Baseline> baseline, String curve) {
    session.print(JobStatusText.of(job, baseline, curve, coordinator, session.ink()));
    session.answer(job);
    String status = new JsonFields(CanonicalJson.object(job)).text("status");
    return status.equals("completed") ? 0 : 1;
  }

  /** Says that nobody looks at the job any more. */
  int detached(String status) {
    session.err().println("yamabiko: detached; job %s goes on; %s".formatted(id, howToLook()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("status", status);
    session.answer(answer);
    return Interruption.EXIT_CODE;
  }
}
