package dev.yamabiko.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yamabiko.coordinator.JobEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class UnheardTest {

  private final Unheard unheard = new Unheard();
  private long number;

  private void put(String kind) throws InterruptedException {
    unheard.put(new Unheard.Received(1, new ServerEvents.Event(++number, kind, "{}")));
  }

  private List<Long> heard() throws InterruptedException {
    List<Long> numbers = new ArrayList<>();
    for (Unheard.Received next = take(); next != null; next = take()) {
      numbers.add(((ServerEvents.Event) next.message()).number());
    }
    return numbers;
  }

  private Unheard.Received take() throws InterruptedException {
    return unheard.take(Duration.ZERO);
  }

  @Test
  void shouldLeaveOutTheOldestStepsAndNothingElse() throws Exception {
    put("status");
    for (int i = 0; i < 300; i++) {
      put(JobEvent.STEP);
      if (i == 99) {
        put("epoch");
      }
    }
    put("epoch");
    // The first 44 steps are missing, with the numbers from 2 to 45.
    List<Long> expected = new ArrayList<>(List.of(1L));
    for (long n = 46; n <= 303; n++) {
      expected.add(n);
    }
    assertEquals(expected, heard());
  }

  @Test
  void shouldLetTheReaderWaitWhenTooMuchElseDoes() throws Exception {
    for (int i = 0; i < Unheard.MOST_OTHERS; i++) {
      put("epoch");
    }
    put(JobEvent.STEP);
    Thread reader =
        new Thread(
            () -> {
              try {
                put("epoch");
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    reader.start();
    while (reader.getState() != Thread.State.WAITING) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertEquals(1, ((ServerEvents.Event) take().message()).number());
    reader.join();
    assertEquals(Unheard.MOST_OTHERS + 1, heard().size());
  }

  @Test
  void shouldTakeNothingAfterTheEndWhateverWaits() throws Exception {
    put("status");
    unheard.end();
    assertNull(unheard.take(Duration.ofDays(1)));
  }
}
