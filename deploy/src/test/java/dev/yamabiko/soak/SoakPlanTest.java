package dev.yamabiko.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoakPlanTest {

  private static final SoakPlan PLAN = new SoakPlan(1);

  @Test
  void shouldGiveTheSameJobsAndFaultsForASeedWheneverTheyAreAskedFor() {
    List<SoakFault> faults = IntStream.range(0, 50).mapToObj(PLAN::fault).toList();
    SoakPlan again = new SoakPlan(1);
    for (int i = 49; i >= 0; i--) {
      assertEquals(faults.get(i), again.fault(i));
      assertEquals(PLAN.job(i), again.job(i));
    }
    assertNotEquals(faults, IntStream.range(0, 50).mapToObj(new SoakPlan(2)::fault).toList());
  }

  @Test
  void shouldDrawEveryKindOfFaultAndResumedJobs() {
    Set<SoakFault.Kind> kinds = EnumSet.noneOf(SoakFault.Kind.class);
    IntStream.range(0, 100).forEach(i -> kinds.add(PLAN.fault(i).kind()));
    assertEquals(EnumSet.allOf(SoakFault.Kind.class), kinds);
    assertTrue(IntStream.range(0, SoakPlan.JOBS).anyMatch(i -> PLAN.job(i).resumed()));
  }

  @Test
  void shouldDrawJobsThatAreValid() {
    Set<String> models = new HashSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      for (int i = 0; i < SoakPlan.JOBS; i++) {
        SoakJob drawn = new SoakPlan(seed).job(i);
        Job job = JobFile.parse(drawn.text(), "job.conf", Path.of(""), List.of());
        assertEquals(drawn.name(), job.name());
        models.add(job.model().toString());
      }
    }
    assertTrue(models.size() > 100, () -> "only " + models.size() + " different models");
  }
}
