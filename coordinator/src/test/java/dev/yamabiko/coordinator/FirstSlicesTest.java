package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstSlicesTest {

  @Test
  void shouldKeepNoSlicesThatItHasGivenAway() {
    Job job = JobFile.parse(SmallestJob.named("job"), "job.conf", Path.of(""), List.of());
    Network network = job.model().build(Shape.of(1));
    StepPlan plan = new StepPlan(8, 4, 2, 1);
    FirstSlices slices =
        RunSettings.cut(job, network, plan, RunSettings.atStart(job, network.initialWeights(1)), 1);
    assertEquals(1, slices.take().size());
    assertEquals(List.of(), slices.take());
    assertEquals(1, slices.count());
  }
}
