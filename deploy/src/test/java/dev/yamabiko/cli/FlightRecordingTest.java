package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JVM's flight recorder has of a run. */
class FlightRecordingTest {

  /** Eight steps of 32 examples; 75 parameters, one slice. */
  private static final String JOB =
      """
      name = short
      data.train { builtin { name = spirals, examples = 128 } }
      model = [ { dense { units = 12 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 32
      shards = 2
      epochs = 2
      """;

  @TempDir private Path directory;

  @Test
  void shouldHoldWhatEachStepConsistsOf() throws IOException {
    Path file = directory.resolve("run.jfr");
    String weights;
    try (Recording recording = new Recording()) {
      List.of("ShardCompute", "SliceUpdate", "Broadcast")
          .forEach(name -> recording.enable("dev.yamabiko." + name).withoutThreshold());
      recording.start();
      weights = OneNode.weights(JOB, Files.createDirectory(directory.resolve("recorded")));
      recording.stop();
      recording.dump(file);
    }
    assertEquals(OneNode.weights(JOB, Files.createDirectory(directory.resolve("not"))), weights);

    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    List<RecordedEvent> computed = named(events, "ShardCompute");
    assertEquals(
        8 * 32, computed.stream().mapToInt(event -> event.getInt("examples")).sum(), "examples");
    assertEquals(Set.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L), steps(computed));
    assertEquals(2, computed.stream().map(e -> e.getString("worker")).distinct().count());
    assertTrue(computed.get(0).getString("blocks").startsWith("["), computed.get(0).toString());

    List<RecordedEvent> updated = named(events, "SliceUpdate");
    assertEquals(8, updated.size());
    assertEquals(Set.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L), steps(updated));

    List<RecordedEvent> sent = named(events, "Broadcast");
    assertEquals(Set.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), steps(sent));
    for (RecordedEvent event : sent) {
      assertEquals(2, event.getInt("workers"));
      assertEquals(75, event.getInt("floats"));
      assertEquals(0, event.getInt("slice"));
    }
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("dev.yamabiko." + name))
        .toList();
  }

  private static Set<Long> steps(List<RecordedEvent> events) {
    return events.stream()
        .map(event -> event.getLong("step"))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
