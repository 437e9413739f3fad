package dev.yamabiko.coordinator.curves;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The curves of one run. Goes on with {@code metrics.jsonl} from where it has come to, as long as
 * what stood before that place still does; a run that goes back cuts lines off and writes others,
 * and then all of it is read again. Lines that are no step's and no epoch's, or damaged, are left
 * out.
 */
final class RunCurves {

  /** The finest curve that there is to be had; one of a run of 100,000 steps takes 1 MB. */
  static final int MOST_POINTS = 5_000;

  private static final JsonFactory JSON = new JsonFactory();

  /** Lines of another course differ within so many bytes: they hold steps and losses. */
  private static final int MARK = 512;

  private static final int CHUNK = 1 << 16;
  private static final int LONGEST_LINE = 1 << 24;

  private final Path directory;
  private final ReentrantLock reading = new ReentrantLock();
  private Buckets steps;
  private Buckets epochs;
  private Long lastStep;

  /** Of the first byte that has not been taken. */
  private long position;

  /** What stands before that. */
  private byte[] mark;

  RunCurves(Path directory) {
    this.directory = directory;
    forget();
  }

  private void forget() {
    steps = new Buckets(MOST_POINTS);
    epochs = new Buckets(MOST_POINTS);
    lastStep = null;
    position = 0;
    mark = new byte[0];
  }

  /**
   * @param deadline by {@link System#nanoTime}; what was read by then is kept for the next time
   * @throws TimeoutException if there is more to read than that allows
   */
  String json(int points, long deadline) throws IOException, TimeoutException {
    lock(deadline);
    try {
      readOn(deadline);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put(
          "steps", steps.lists(points, List.of("step", "epoch"), Set.of("learning_rate"), true));
      json.put("epochs", epochs.lists(points, List.of("epoch", "step"), Set.of(), false));
      json.put("last_step", lastStep);
      return CanonicalJson.of(json);
    } finally {
      reading.unlock();
    }
  }

  private void lock(long deadline) throws TimeoutException {
    try {
      if (!reading.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new TimeoutException("others read the same run");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimeoutException("interrupted");
    }
  }

  private void readOn(long deadline) throws IOException, TimeoutException {
    int most = CHUNK;
    while (true) {
      ByteBuffer bytes;
      try {
        bytes = RunDirectory.metricsOf(directory, position - mark.length, mark.length + most);
      } catch (NoSuchFileException e) {
        forget();
        return;
      }
      boolean atEnd = bytes.remaining() < mark.length + most;
      if (!isMarked(bytes)) {
        forget();
      } else if (takeLines(bytes) == 0 && !atEnd) {
        most *= 2;
        if (most > LONGEST_LINE) {
          throw new IOException("a line of metrics.jsonl has no end, at byte " + position);
        }
      } else if (atEnd) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new TimeoutException("metrics.jsonl is long, read up to byte " + position);
      }
    }
  }

  /** Moves behind the mark, if it is there. */
  private boolean isMarked(ByteBuffer bytes) {
    if (bytes.remaining() < mark.length
        || !bytes.slice(0, mark.length).equals(ByteBuffer.wrap(mark))) {
      return false;
    }
    bytes.position(mark.length);
    return true;
  }

  /** The number of bytes taken. */
  private int takeLines(ByteBuffer bytes) {
    int begin = bytes.position();
    int line = begin;
    for (int i = begin; i < bytes.limit(); i++) {
      if (bytes.get(i) == '\n') {
        take(bytes.array(), line, i - line);
        line = i + 1;
      }
    }
    int taken = line - begin;
    if (taken > 0) {
      position += taken;
      mark = new byte[Math.min(MARK, line)];
      bytes.get(line - mark.length, mark);
    }
    return taken;
  }

  private void take(byte[] bytes, int from, int length) {
    try (JsonParser json = JSON.createParser(bytes, from, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      String kind = json.nextFieldName();
      if ("step".equals(kind)) {
        takeStep(numbers(json));
      } else if ("epoch".equals(kind)) {
        takeEpoch(numbers(json));
      }
    } catch (JsonProcessingException e) {
      return; // damaged
    } catch (IOException e) {
      throw new AssertionError("these bytes are in memory", e);
    }
  }

  /** From the first field's name on; what is null there was not finite. */
  private static Map<String, Double> numbers(JsonParser json) throws IOException {
    Map<String, Double> numbers = new LinkedHashMap<>();
    String name = json.currentName();
    while (name != null) {
      JsonToken value = json.nextToken();
      if (value.isNumeric()) {
        numbers.put(name, json.getDoubleValue());
      } else if (value == JsonToken.VALUE_NULL) {
        numbers.put(name, Double.NaN);
      } else {
        json.skipChildren();
      }
      name = json.nextFieldName();
    }
    return numbers;
  }

  private void takeStep(Map<String, Double> row) {
    if (row.containsKey("step")) {
      row.remove("examples");
      steps.add(row);
      lastStep = row.get("step").longValue();
    }
  }

  private void takeEpoch(Map<String, Double> row) {
    if (row.containsKey("epoch") && row.containsKey("steps")) {
      row.remove("examples");
      // It says how many there have been.
      row.put("step", row.remove("steps") - 1);
      epochs.add(row);
    }
  }
}
