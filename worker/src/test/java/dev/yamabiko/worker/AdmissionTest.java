package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.worker.Admission.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final Admission admission = new Admission(now::get);

  /** What there was to say, each with its second. */
  private List<String> lines(int seconds) {
    List<String> lines = new ArrayList<>();
    for (int i = 1; i <= seconds; i++) {
      now.addAndGet(TimeUnit.SECONDS.toNanos(1));
      Line line = admission.next(true);
      if (line != Line.NONE) {
        lines.add(line + " " + i);
      }
    }
    return lines;
  }

  @Test
  void shouldSayThatItWaitsSoonAndWhySeldom() {
    assertEquals(List.of("WAITS 3", "REASONS 30", "REASONS 630", "REASONS 1230"), lines(1500));
  }

  @Test
  void shouldBeginAnewWhenTheNodeHasBeenLetIn() {
    lines(100);
    assertEquals(Line.NONE, admission.next(false));
    assertEquals(List.of("WAITS 3", "REASONS 30"), lines(40));
  }

  @Test
  void shouldTellACauseSeldomWhileTheNodeIsNotLetIn() {
    assertTrue(admission.isNews("the node was removed"));
    assertFalse(admission.isNews("the node was removed"));
    assertTrue(admission.isNews("its port is taken"));
    now.addAndGet(TimeUnit.SECONDS.toNanos(599));
    assertFalse(admission.isNews("its port is taken"));
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertTrue(admission.isNews("its port is taken"));
    assertFalse(admission.isNews("its port is taken"));
    admission.next(false);
    assertTrue(admission.isNews("its port is taken"));
  }
}
