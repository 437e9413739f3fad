package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapNeedTest {

  private static final long GIB = 1L << 30;

  /** Some 100 million parameters, 0.37 GiB of floats. */
  private static Plan plan(String optimizer) {
    String text =
        SampleJob.with(
            "model = [ { dense { units = 10000 } }, { dense { units = 10000 } }, { dense { units = 1 } } ]",
            "optimizer = " + optimizer);
    Job job = JobFile.parse(text, "job.conf", Path.of(""), List.of());
    return new Plan(job, job.model().build(Shape.of(1)), 100, 0, 1);
  }

  @Test
  void shouldRefuseWhatCannotBegin() {
    HeapNeed need = HeapNeed.ofTraining(plan("adam"), GIB);
    assertTrue(need.missing(4 * GIB).isEmpty());
    String why = assertThrows(HeapException.class, () -> need.require(GIB)).getMessage();
    assertTrue(
        why.matches(
            "not enough memory: the job needs about [0-9.]+ GiB of heap besides its data, and the"
                + " JVM may use 1.0 GiB; give it more, as in YAMABIKO_JAVA_OPTS=-Xmx\\d+g"),
        why);
  }

  @Test
  void shouldAskLessOfACoordinatorWithoutSlices() {
    Plan plan = plan("sgd");
    assertEquals(4L * plan.network().length(), HeapNeed.ofCoordinator(plan, false).least());
    assertEquals(3 * 4L * plan.network().length(), HeapNeed.ofCoordinator(plan, true).least());
  }
}
