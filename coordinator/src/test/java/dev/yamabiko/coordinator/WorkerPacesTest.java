package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerPacesTest {

  private final WorkerPaces paces = new WorkerPaces();

  @Test
  void shouldAddUpWhatAWorkerDid() {
    paces.observe(new RunEvent.WorkerMeasured("a", 100, 2_000_000_000L));
    paces.observe(new RunEvent.WorkerMeasured("a", 50, 1_000_000_000L));
    paces.observe(new RunEvent.ShardsReissued(7, List.of("a", "b"), "late"));
    Map<String, WorkerPace> now = paces.sinceLast();
    assertEquals(
        Map.of("a", new WorkerPace(150, 3_000_000_000L, 1), "b", new WorkerPace(0, 0, 1)), now);
    assertEquals(50, now.get("a").speed());
    assertTrue(Double.isNaN(now.get("b").speed()));
  }

  @Test
  void shouldCountWhatIsNewOnly() {
    paces.observe(new RunEvent.WorkerMeasured("a", 100, 2_000_000_000L));
    paces.sinceLast();
    assertEquals(Map.of(), paces.sinceLast());
    paces.observe(new RunEvent.WorkerMeasured("a", 30, 1_000_000_000L));
    assertEquals(30, paces.sinceLast().get("a").speed());
  }
}
