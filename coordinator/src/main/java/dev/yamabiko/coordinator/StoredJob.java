package dev.yamabiko.coordinator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.model.CanonicalJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What outlives the coordinator of a job: all that {@link JobView} shows but the run's progress,
 * which is in its directory.
 *
 * @param job the resolved job file
 * @param owner who has submitted it; empty where nobody was asked, and where it is not known
 * @param result of the run, once it has ended, without its evaluation: see {@link KeptEvaluation}
 * @param attempts how often it has been started; each has a run key of its own
 * @param cancelling why its run is to end, since a user has asked for that
 */
record StoredJob(
    String id,
    String job,
    Optional<String> owner,
    JobStatus status,
    String reason,
    Instant submitted,
    Optional<Instant> started,
    Optional<Instant> ended,
    Optional<String> result,
    int attempts,
    Optional<String> cancelling) {

  private static final JsonMapper MAPPER = new JsonMapper();

  static StoredJob submitted(String id, String job, Optional<String> owner, Instant now) {
    return new StoredJob(
        id,
        job,
        owner,
        JobStatus.QUEUED,
        "",
        now,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        Optional.empty());
  }

  /**
   * One whose own state is lost.
   *
   * @param job empty if that is lost, too
   * @param last when it is known to have been there
   */
  static StoredJob damaged(String id, String job, String why, boolean begun, Instant last) {
    return new StoredJob(
        id,
        job,
        Optional.empty(),
        JobStatus.FAILED,
        why,
        last,
        begun ? Optional.of(last) : Optional.empty(),
        Optional.of(last),
        Optional.empty(),
        0,
        Optional.empty());
  }

  /** Waits in the queue; the reason is for people. */
  StoredJob waiting(JobStatus how, String why) {
    return with(how, why, started, Optional.empty(), Optional.empty(), attempts, cancelling);
  }

  /** Whether they are the same but for what a job in the queue waits for. */
  boolean differsOnlyInWait(StoredJob other) {
    return isInQueue()
        && other.isInQueue()
        && waiting(status, "").equals(other.waiting(status, ""));
  }

  private boolean isInQueue() {
    return status == JobStatus.QUEUED || status == JobStatus.WAITING;
  }

  /** Its run has been told to end; this stays until it has. */
  StoredJob cancelling(String why) {
    return with(status, reason, started, ended, result, attempts, Optional.of(why));
  }

  StoredJob running(Instant now) {
    Optional<Instant> first = started.or(() -> Optional.of(now));
    return with(
        JobStatus.RUNNING, "", first, Optional.empty(), Optional.empty(), attempts, cancelling);
  }

  /** About to be started once more. */
  StoredJob attempt() {
    return with(status, reason, started, ended, result, attempts + 1, cancelling);
  }

  /** What the run of this attempt is called: no two starts of a job share it. */
  String runName() {
    return attempts <= 1 ? id : id + "~" + attempts;
  }

  StoredJob ended(JobStatus how, String why, Optional<String> withResult, Instant now) {
    Optional<String> kept = withResult.map(KeptEvaluation::without);
    return with(how, why, started, Optional.of(now), kept, attempts, Optional.empty());
  }

  /** The same job later on. */
  private StoredJob with(
      JobStatus how,
      String why,
      Optional<Instant> begun,
      Optional<Instant> over,
      Optional<String> outcome,
      int times,
      Optional<String> toEnd) {
    return new StoredJob(id, job, owner, how, why, submitted, begun, over, outcome, times, toEnd);
  }

  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("status", status.toString());
    json.put("reason", reason);
    json.put("submitted", submitted.toString());
    json.put("started", started.map(Instant::toString).orElse(null));
    json.put("ended", ended.map(Instant::toString).orElse(null));
    json.put("attempts", attempts);
    json.put("cancelling", cancelling.orElse(null));
    json.put("owner", owner.orElse(null));
    json.put("job", job);
    json.put("result", result.orElse(null));
    return CanonicalJson.of(json);
  }

  /**
   * @throws IllegalArgumentException if the text is no stored job
   */
  static StoredJob parse(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("an empty file");
    }
    try {
      JsonNode json = MAPPER.readTree(text);
      return new StoredJob(
          json.required("id").asText(),
          json.required("job").asText(),
          text(json, "owner"),
          JobStatus.valueOf(json.required("status").asText().toUpperCase(Locale.ROOT)),
          json.required("reason").asText(),
          Instant.parse(json.required("submitted").asText()),
          text(json, "started").map(Instant::parse),
          text(json, "ended").map(Instant::parse),
          text(json, "result").map(KeptEvaluation::without),
          json.required("attempts").asInt(),
          text(json, "cancelling"));
    } catch (JsonProcessingException | DateTimeParseException e) {
      throw new IllegalArgumentException(e.getMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static Optional<String> text(JsonNode json, String field) {
    return Optional.ofNullable(json.get(field)).filter(n -> !n.isNull()).map(JsonNode::asText);
  }
}
