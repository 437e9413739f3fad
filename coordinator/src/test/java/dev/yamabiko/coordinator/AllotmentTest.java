package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.job.WorkerCount;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllotmentTest {

  private static final List<String> IDLE = List.of("a", "b", "c", "d");

  @ParameterizedTest
  @CsvSource({
    // least, most, shards, idle, given
    "1, 9, 9, 4, 4",
    "1, 3, 9, 4, 3",
    "1, 9, 2, 4, 2",
    "4, 9, 2, 4, 4",
    "2, 2, 9, 4, 2",
    "1, 9, 9, 1, 1",
  })
  void shouldGiveWhatTheJobCanUse(int least, int most, int shards, int idle, int given) {
    Allotment allotment =
        Allotment.of(new WorkerCount(least, most), shards, IDLE.subList(0, idle), 4);
    assertEquals(new Allotment(IDLE.subList(0, given), Optional.empty(), false), allotment);
  }

  @ParameterizedTest
  @CsvSource({
    // least, idle, registered, holds up the queue, why
    "1, 0, 4, true, 'waits for 1 idle worker, there are 0'",
    "2, 1, 2, true, 'waits for 2 idle workers, there is 1'",
    "4, 3, 4, true, 'waits for 4 idle workers, there are 3'",
    "1, 0, 0, false, 'waits for 1 worker, there are 0'",
    "3, 0, 1, false, 'waits for 3 workers, there is 1'",
    "3, 2, 2, false, 'waits for 3 workers, there are 2'",
  })
  void shouldSayWhatTheJobWaitsFor(
      int least, int idle, int registered, boolean holdsQueue, String why) {
    Allotment allotment =
        Allotment.of(new WorkerCount(least, 9), 9, IDLE.subList(0, idle), registered);
    assertEquals(new Allotment(List.of(), Optional.of(why), holdsQueue), allotment);
  }

  @Test
  void shouldTakeTheLongestIdleFirst() {
    assertEquals(List.of("a"), Allotment.of(new WorkerCount(1, 1), 9, IDLE, 4).workers());
  }
}
