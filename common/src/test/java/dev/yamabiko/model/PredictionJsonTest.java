package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.Targets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictionJsonTest {

  private static final InputOrigin ORIGIN = new InputOrigin.Row(0);

  @Test
  void shouldSayClassesWithTheProbabilityOfEach() {
    PredictionJson json = new PredictionJson(new Targets.Classes(List.of("cat", "dog")));
    var prediction = new Prediction.Class(ORIGIN, 1, new float[] {0.1f, 0.9f});
    assertEquals(
        "{\"class\":\"dog\",\"probability\":0.9,\"probabilities\":{\"cat\":0.1,\"dog\":0.9}}",
        CanonicalJson.of(json.of(prediction)));
  }

  /** What was not scaled is the float that the model said, and has a float's digits. */
  @Test
  void shouldSayEachValueUnderAKeyOfItsOwn() {
    PredictionJson json =
        new PredictionJson(
            new Targets.Values(
                List.of(
                    Targets.Value.plain("x"),
                    Targets.Value.plain("x (2)"),
                    new Targets.Value("x", 3, 0.1))));
    assertEquals(List.of("x", "x (2)", "x (3)"), json.keys());
    var prediction = new Prediction.Values(ORIGIN, new double[] {0.1f, 2.5, 0.1f * 0.1 + 3});
    assertEquals(
        "{\"x\":0.1,\"x (2)\":2.5,\"x (3)\":3.0100000001490117}",
        CanonicalJson.of(json.of(prediction)));
  }
}
