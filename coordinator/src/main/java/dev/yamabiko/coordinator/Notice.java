package dev.yamabiko.coordinator;

import dev.yamabiko.model.CanonicalJson;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that happened to a run, in a sentence for people and in a form for programs.
 *
 * @param step that was open, or that a checkpoint is of
 * @param worker that it is about, where it is one
 */
record Notice(Instant at, Kind kind, String text, OptionalLong step, Optional<String> worker) {

  /** What happened; programs know them by their names in JSON. */
  enum Kind {
    WORKER_JOINED,
    WORKER_LOST,
    SHARDS_REISSUED,
    /** One is on the disk. */
    CHECKPOINT,
    ROLLBACK,
    /** The run cannot go on by itself. */
    WAITING,
    WENT_ON,
    SLICES_RETURNED,
    /** Something cannot be written, or can again. */
    DISK,
    /** Whatever else there is to say of a run. */
    RUN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  String json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("notice", text);
    json.put("at", TIME.format(at));
    json.put("kind", kind.toString());
    step.ifPresent(number -> json.put("step", number));
    worker.ifPresent(name -> json.put("worker", name));
    return CanonicalJson.of(json);
  }
}
