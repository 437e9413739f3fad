package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

class PlanCommandTest {

  @TempDir private Path directory;

  @Test
  void shouldMeasureAndForecastEveryNumberOfWorkers() throws IOException {
    Files.writeString(
        directory.resolve("job.conf"),
        """
        data.train.builtin { name = spirals, examples = 512 }
        model = [ { dense { units = 512 } }, relu, { dense { units = 512 } }, relu, { dense { units = 3 } } ]
        loss = softmax-cross-entropy, optimizer { adam { learning-rate = 0.01 } }
        batch-size = 64, shards = 4, epochs = 1
        """);
    Invocation plan =
        Invocation.of(
            directory,
            List.of(
                "plan",
                "job.conf",
                "--workers",
                "5",
                "--bandwidth",
                "1Gb",
                "--latency",
                "1ms",
                "--threads",
                "1",
                "--json"));
    assertEquals(0, plan.exitCode(), plan.err());
    JsonNode answer = plan.json();
    assertEquals("ok", answer.path("status").asText());
    assertEquals(1e9, answer.path("bits_per_second").asDouble());
    assertEquals(1e-3, answer.path("latency_seconds").asDouble());
    answer.path("costs").forEach(cost -> assertTrue(cost.asDouble() >= 0, answer.toString()));
    JsonNode forecasts = answer.path("forecasts");
    assertEquals(
        List.of(1, 2, 4, 5),
        forecasts.findValues("workers").stream().map(JsonNode::asInt).toList());
    for (JsonNode forecast : forecasts) {
      JsonNode star = forecast.path("star");
      // More than two ways at 1 ms each, and the bytes of one worker's floats, one way: the slices
      // that are updated go down while others come up.
      double wire = 4 * 8 * answer.path("parameters").asDouble() / 1e9;
      assertTrue(star.path("step_seconds").asDouble() > 2e-3 + wire, star.toString());
      assertTrue(star.path("compute_seconds").asDouble() > 0, star.toString());
      assertTrue(
          forecast.path("best").path("step_seconds").asDouble()
              <= star.path("step_seconds").asDouble(),
          forecast.toString());
    }
    String text = answer.path("recommendation").path("text").asText();
    assertTrue(plan.err().contains(text) && text.startsWith("Take "), plan.err());
    assertTrue(plan.err().contains("workers") && plan.err().contains("efficiency"), plan.err());
  }

  @Command(name = "plan")
  private static final class Anything {}

  private static final CommandLine.Model.CommandSpec SPEC =
      new CommandLine(new Anything()).getCommandSpec();

  @ParameterizedTest
  @CsvSource({
    "10Gb, 1e10",
    "1Gb/s, 1e9",
    "100Mb, 1e8",
    "2.5Gbit/s, 2.5e9",
    "125MB/s, 1e9",
    "10gb, 1e10",
    "64kbps, 6.4e4",
    "1Tb, 1e12"
  })
  void shouldReadBandwidths(String text, double bits) {
    assertEquals(bits, NetworkOptions.bandwidth(SPEC, "--bandwidth", text), 1e-6);
  }

  @ParameterizedTest
  @CsvSource({"50us, 5e-5", "1ms, 1e-3", "0.5ms, 5e-4", "200ns, 2e-7", "0us, 0", "2s, 2"})
  void shouldReadLatencies(String text, double seconds) {
    assertEquals(seconds, NetworkOptions.latency(SPEC, "--latency", text), 1e-15);
  }

  @Test
  void shouldRefuseNothingWithAnExampleOfWhatIsExpected() {
    ParameterException e =
        assertThrows(
            ParameterException.class, () -> NetworkOptions.bandwidth(SPEC, "--bandwidth", "0Gb"));
    assertTrue(e.getMessage().contains("10Gb"), e.getMessage());
  }

  @Test
  void shouldWriteTimesAndRatesShortly() {
    assertEquals("12.3 ms", OutlookText.time(0.01234));
    assertEquals("1.00 s", OutlookText.time(0.99996));
    assertEquals("50.0 us", OutlookText.time(50e-6));
    assertEquals("0.00 us", OutlookText.time(0));
    assertEquals("10 Gb/s", OutlookText.bandwidth(1e10));
    assertEquals("2.50 Gb/s", OutlookText.bandwidth(2.5e9));
  }
}
