package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

/** Reads event files by TensorFlow's own messages, as TensorBoard does. */
public final class EventRecords {

  /** What a page shows: by tag, the value at each step. */
  public record Page(
      Map<String, Map<Long, Float>> scalars, Map<String, Map<Long, HistogramProto>> histograms) {}

  private EventRecords() {}

  /** The run's event files, in the order in which they are read. */
  public static List<Path> files(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
      return files.sorted().toList();
    }
  }

  /** Asserts that the file holds whole records with the right checksums, the version first. */
  static List<Event> read(Path file) throws IOException {
    assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."), file.toString());
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int at = bytes.position();
      int length = Math.toIntExact(bytes.getLong());
      assertEquals(masked(bytes.array(), at, 8), bytes.getInt());
      byte[] data = new byte[length];
      bytes.get(data);
      assertEquals(masked(data, 0, length), bytes.getInt());
      Event event = Event.parseFrom(data);
      assertTrue(event.getUnknownFields().asMap().isEmpty(), event.toString());
      events.add(event);
    }
    assertEquals("brain.Event:2", events.get(0).getFileVersion());
    return events;
  }

  private static int masked(byte[] bytes, int from, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, length);
    int crc = (int) checksum.getValue();
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  /** What is left of all files when a start has taken back what stands at its step and after it. */
  public static Page page(Path run) throws IOException {
    Page page = new Page(new TreeMap<>(), new TreeMap<>());
    for (Path file : files(run)) {
      for (Event event : read(file)) {
        if (event.getSessionLog().getStatus() == SessionLog.SessionStatus.START) {
          page.scalars().values().forEach(v -> v.keySet().removeIf(s -> s >= event.getStep()));
          page.histograms().values().forEach(v -> v.keySet().removeIf(s -> s >= event.getStep()));
        }
        for (Summary.Value value : event.getSummary().getValueList()) {
          if (value.hasHisto()) {
            put(page.histograms(), value.getTag(), event.getStep(), value.getHisto());
          } else {
            assertEquals(Summary.Value.ValueCase.SIMPLE_VALUE, value.getValueCase());
            put(page.scalars(), value.getTag(), event.getStep(), value.getSimpleValue());
          }
        }
      }
    }
    page.scalars().values().removeIf(Map::isEmpty);
    page.histograms().values().removeIf(Map::isEmpty);
    return page;
  }

  private static <V> void put(Map<String, Map<Long, V>> page, String tag, long step, V value) {
    V before = page.computeIfAbsent(tag, t -> new TreeMap<>()).put(step, value);
    assertEquals(null, before, tag + " comes twice at step " + step);
  }
}
