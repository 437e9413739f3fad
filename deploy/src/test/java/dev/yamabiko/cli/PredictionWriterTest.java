package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.Prediction;
import java.io.StringWriter;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PredictionWriterTest {

  private static Targets named(String... names) {
    return new Targets.Values(Arrays.stream(names).map(Targets.Value::plain).toList());
  }

  private static String written(PredictionFormat format, Targets targets) {
    StringWriter text = new StringWriter();
    new PredictionWriter(text, format, targets, false)
        .write(new Prediction.Values(new InputOrigin.Row(0), new double[] {1.5, 2}));
    return text.toString();
  }

  @Test
  void shouldTellTargetsOfOneNameApart() {
    Targets twins = named("x", "x");
    assertEquals("{\"row\":0,\"x\":1.5,\"x (2)\":2.0}\n", written(PredictionFormat.JSONL, twins));
    assertEquals("row,x,x (2)\n0,1.5,2.0\n", written(PredictionFormat.CSV, twins));
  }

  @Test
  void shouldRefuseATargetThatIsCalledAsTheRowsAreInAnObject() {
    JobException e =
        assertThrows(JobException.class, () -> written(PredictionFormat.JSONL, named("row", "x")));
    assertEquals(
        "--format jsonl cannot be used: an object would have two keys \"row\"; use --format csv",
        e.getMessage());
  }
}
