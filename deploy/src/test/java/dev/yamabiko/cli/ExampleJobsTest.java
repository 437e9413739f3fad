package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.job.SweepFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jobs that come with the product can be read, and those that need no files can run. */
class ExampleJobsTest {

  @ParameterizedTest
  @ValueSource(strings = {"digits", "spirals", "mnist", "temperature"})
  void shouldBeReadable(String name) {
    Job job = JobFile.read(Path.of("jobs", name + ".conf"), List.of());
    assertEquals(name, job.name());
    assertTrue(job.epochs() > 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits", "spirals"})
  void shouldFitTheirData(String name) {
    List<String> few =
        List.of("data.train.builtin.examples=200", "data.validation.builtin.examples=20");
    CheckedJob checked = CheckedJob.of(JobFile.read(Path.of("jobs", name + ".conf"), few));
    assertEquals(200, checked.data().train().size());
    assertEquals(
        List.of(),
        checked.plan(2).advice(1L << 40).stream().filter(a -> a.contains("shard")).toList());
  }

  @Test
  void shouldSweepOverTheSpirals() {
    Sweep sweep = SweepFile.read(Path.of("jobs/spirals-sweep.conf"), List.of(), Path.of(""));
    assertEquals(8, sweep.trials().size());
    assertEquals("spirals-sweep-s08", sweep.trials().get(7).name());
  }

  @Test
  void shouldForecastAnyColumnOfDates(@TempDir Path directory) throws IOException {
    StringBuilder text = new StringBuilder("\"Date\",\"Temp\"\n");
    for (int day = 1; day <= 100; day++) {
      double temperature = 15 + 5 * StrictMath.sin(day / 7.0);
      text.append(String.format(Locale.ROOT, "\"1981-%03d\",%.1f\n", day, temperature));
    }
    Path csv = Files.writeString(directory.resolve("daily.csv"), text);
    CheckedJob checked =
        CheckedJob.of(
            JobFile.read(Path.of("jobs/temperature.conf"), List.of("data.train.csv.path=" + csv)));
    assertEquals(7, checked.network().inputShape().size());
    assertTrue(checked.data().baseline().isPresent());
  }
}
