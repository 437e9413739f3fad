package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InitializerTest {

  private static final int FAN_IN = 400;
  private static final int FAN_OUT = 250;
  private static final int N = FAN_IN * FAN_OUT;

  private static float[] draw(Initializer initializer, long seed) {
    Parameter weight =
        new Parameter("weight", Shape.of(FAN_IN, FAN_OUT), initializer, FAN_IN, FAN_OUT);
    float[] weights = new float[N + 2];
    initializer.fill(Philox.stream(seed, Philox.Purpose.INITIALIZE, 0, 0, 0), weight, weights, 1);
    assertEquals(0, weights[0]);
    assertEquals(0, weights[N + 1]);
    return weights;
  }

  /** The k-th moment about 0. */
  private static double moment(float[] weights, int k) {
    double sum = 0;
    for (int i = 1; i <= N; i++) {
      sum += Math.pow(weights[i], k);
    }
    return sum / N;
  }

  @Test
  void shouldDrawNormalOfVarianceTwoOverFanInWhenHe() {
    float[] weights = draw(Initializer.HE, 1);
    double variance = 2.0 / FAN_IN;
    double deviation = Math.sqrt(variance);
    // Three standard errors of 100,000 draws each.
    assertEquals(0, moment(weights, 1), 3 * deviation / Math.sqrt(N));
    assertEquals(variance, moment(weights, 2), 3 * variance * Math.sqrt(2.0 / N));
    assertEquals(0, moment(weights, 3), 3 * Math.pow(deviation, 3) * Math.sqrt(15.0 / N));
    assertEquals(
        3 * variance * variance, moment(weights, 4), 3 * variance * variance * Math.sqrt(96.0 / N));
  }

  @Test
  void shouldDrawUniformWithinLimitWhenGlorot() {
    float[] weights = draw(Initializer.GLOROT, 1);
    double limit = Math.sqrt(6.0 / (FAN_IN + FAN_OUT));
    double largest = 0;
    for (float w : weights) {
      largest = Math.max(largest, Math.abs(w));
    }
    assertTrue(largest <= limit && largest > 0.999 * limit, "largest " + largest);
    double variance = limit * limit / 3;
    assertEquals(2.0 / (FAN_IN + FAN_OUT), variance, 1e-15);
    assertEquals(0, moment(weights, 1), 3 * Math.sqrt(variance / N));
    assertEquals(variance, moment(weights, 2), 3 * variance * Math.sqrt(0.8 / N));
    assertEquals(1.8 * variance * variance, moment(weights, 4), 0.02 * variance * variance);
  }

  @Test
  void shouldDrawNothingWhenZeros() {
    assertArrayEquals(new float[N + 2], draw(Initializer.ZEROS, 1));
  }

  private static Network network() {
    return Network.build(
        Shape.of(6),
        List.of(
            new Dense.Spec(5, Initializer.HE),
            new Dense.Spec(5, Initializer.GLOROT),
            new Dense.Spec(5, Initializer.GLOROT)));
  }

  @Property(tries = 50)
  void shouldBePureFunctionOfSeed(@ForAll long seed) {
    assertArrayEquals(network().initialWeights(seed), network().initialWeights(seed));
    assertNotEquals(network().initialWeights(seed)[0], network().initialWeights(seed + 1)[0]);
  }

  @Test
  void shouldBeginBiasesAtZeroAndDrawEveryParameterFromItsOwnStream() {
    Network network = network();
    float[] weights = network.initialWeights(7);
    for (Network.Place place : network.places()) {
      for (int i = 0; i < place.parameter().size(); i++) {
        assertEquals(place.name().endsWith("bias"), weights[place.offset() + i] == 0);
      }
    }
    assertNotEquals(weights[network.offset(1)], weights[network.offset(2)]);
    Philox stream = Philox.stream(7, Philox.Purpose.INITIALIZE, 2, 0, 0);
    Parameter second = network.places().get(2).parameter();
    assertEquals(Initializer.GLOROT.draw(stream, second), weights[network.offset(1)]);
  }
}
