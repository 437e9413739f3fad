package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  static List<Throwable> outOfMemory() {
    Error plain = new OutOfMemoryError("Java heap space");
    return List.of(
        plain,
        new CompletionException(plain),
        new BootstrapMethodError(plain),
        new NoClassDefFoundError("Could not initialize class A, for java.lang.OutOfMemoryError"));
  }

  @ParameterizedTest
  @MethodSource("outOfMemory")
  void shouldKnowThatMemoryHasRunOut(Throwable thrown) {
    assertTrue(HeapNeed.isOutOfMemory(thrown));
  }

  static List<Throwable> other() {
    return List.of(
        new IllegalStateException("java.lang.OutOfMemoryError"),
        new StackOverflowError(),
        new NoClassDefFoundError(),
        new JobException("the job needs 3 GiB", new OutOfMemoryError()));
  }

  @ParameterizedTest
  @MethodSource("other")
  void shouldNotTakeOtherErrorsForThat(Throwable thrown) {
    assertFalse(HeapNeed.isOutOfMemory(thrown));
  }

  @Test
  void shouldAskLessOfACoordinatorWithoutSlices() {
    Plan plan = plan("sgd");
    assertEquals(4L * plan.network().length(), HeapNeed.ofCoordinator(plan, false).least());
    assertEquals(3 * 4L * plan.network().length(), HeapNeed.ofCoordinator(plan, true).least());
  }
}
