package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientCheckTest {

  private static final Shape IMAGE = Shape.of(2, 9, 8);
  private static final Loss CROSS_ENTROPY = new SoftmaxCrossEntropy();

  private static LayerSpec conv(int filters, int stride, int pad) {
    return new Conv2d.Spec(filters, 3, 3, stride, pad, pad, Initializer.HE);
  }

  private static LayerSpec dense(int units) {
    return new Dense.Spec(units, Initializer.GLOROT);
  }

  private static LayerSpec activation(Activation.Kind kind) {
    return new Activation.Spec(kind);
  }

  private static List<GradientCheck.Row> rows(Dataset data, Loss loss, List<LayerSpec> model) {
    Network network = Network.build(data.inputShape(), model);
    return new GradientComparison(network, loss, data, 3, new ScalarKernels()).rows();
  }

  private static void assertPasses(Dataset data, Loss loss, LayerSpec... model) {
    for (GradientCheck.Row row : rows(data, loss, List.of(model))) {
      assertTrue(row.passed(), row.toString());
      assertTrue(row.largestError() < 5e-4, row.toString());
    }
  }

  private static NoiseData values(Shape input, int width) {
    List<Targets.Value> values = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      values.add(Targets.Value.plain("t" + i));
    }
    return new NoiseData(20, input, new Targets.Values(values), 1);
  }

  @Test
  void shouldPassWhenPerceptronClassifies() {
    for (Activation.Kind kind : Activation.Kind.values()) {
      assertPasses(
          NoiseData.classes(20, Shape.of(12), 4, 1),
          CROSS_ENTROPY,
          dense(17),
          activation(kind),
          dense(9),
          activation(kind),
          dense(4));
    }
  }

  @Test
  void shouldPassWhenPerceptronForecasts() {
    for (Activation.Kind kind : Activation.Kind.values()) {
      assertPasses(
          values(Shape.of(12), 3), new HalfSquaredError(), dense(17), activation(kind), dense(3));
    }
  }

  @Test
  void shouldPassWhenSoftmaxStandsInTheMiddle() {
    assertPasses(
        NoiseData.classes(20, Shape.of(12), 4, 1),
        CROSS_ENTROPY,
        dense(7),
        new Softmax.Spec(),
        dense(4));
  }

  @Test
  void shouldPassWhenSoftmaxEndsInSquaredError() {
    assertPasses(values(Shape.of(6), 4), new HalfSquaredError(), dense(4), new Softmax.Spec());
  }

  @Test
  void shouldPassWhenConvolvingAndPooling() {
    assertPasses(
        NoiseData.classes(20, IMAGE, 4, 1),
        CROSS_ENTROPY,
        conv(4, 1, 1),
        activation(Activation.Kind.RELU),
        new MaxPool.Spec(3, 2),
        conv(5, 2, 1),
        activation(Activation.Kind.TANH),
        new Flatten.Spec(),
        dense(4));
  }

  @Test
  void shouldPassWhenFirstLayersHaveNoParameters() {
    assertPasses(
        NoiseData.classes(20, IMAGE, 4, 1),
        CROSS_ENTROPY,
        new MaxPool.Spec(2, 1),
        activation(Activation.Kind.TANH),
        new Flatten.Spec(),
        dense(4));
  }

  @Test
  void shouldPassWhenBatchIsSmallerThanItsShards() {
    assertPasses(NoiseData.classes(1, Shape.of(5), 3, 1), CROSS_ENTROPY, dense(3));
    assertPasses(NoiseData.classes(2, Shape.of(5), 3, 1), CROSS_ENTROPY, dense(3));
  }

  @Test
  void shouldPassWhenInitializedWithZeros() {
    assertPasses(
        NoiseData.classes(20, Shape.of(5), 3, 1),
        CROSS_ENTROPY,
        new Dense.Spec(6, Initializer.ZEROS),
        activation(Activation.Kind.TANH),
        new Dense.Spec(3, Initializer.ZEROS));
  }

  @Test
  void shouldPassWhenDroppingOutAndNormalizing() {
    assertPasses(
        NoiseData.classes(40, Shape.of(12), 4, 1),
        CROSS_ENTROPY,
        dense(17),
        new BatchNorm.Spec(0.1f, 1e-5f),
        new Gelu.Spec(),
        new Dropout.Spec(0.3f),
        dense(9),
        new LayerNorm.Spec(1e-5f),
        new LeakyRelu.Spec(0.1f),
        dense(4));
  }

  @Test
  void shouldPassWhenNormalizingChannels() {
    assertPasses(
        NoiseData.classes(40, IMAGE, 4, 1),
        CROSS_ENTROPY,
        conv(4, 1, 1),
        new BatchNorm.Spec(0.1f, 1e-5f),
        activation(Activation.Kind.TANH),
        new AveragePool.Spec(2, 2),
        conv(5, 1, 1),
        new LayerNorm.Spec(1e-5f),
        new GlobalAveragePool.Spec(),
        dense(4));
  }

  @Test
  void shouldPassWhenLossesHaveOptions() {
    assertPasses(
        NoiseData.classes(20, Shape.of(6), 3, 1),
        new SoftmaxCrossEntropy(List.of(1f, 0.2f, 4f), 0.1f),
        dense(3));
    assertPasses(
        NoiseData.classes(20, Shape.of(6), 2, 1),
        new BinaryCrossEntropy(List.of(3f, 0.5f), 0.2f),
        dense(1));
    assertPasses(values(Shape.of(6), 3), new Huber(0.7f), dense(3));
  }

  private static void assertCaught(String wrong, SpoiltGradient.Fault fault, int layer) {
    List<LayerSpec> model = new ArrayList<>();
    model.add(conv(3, 1, 1));
    model.add(activation(Activation.Kind.TANH));
    model.add(new Flatten.Spec());
    model.add(dense(6));
    model.add(activation(Activation.Kind.SIGMOID));
    model.add(dense(4));
    model.set(layer, new SpoiltGradient(model.get(layer), fault));
    List<String> failed =
        rows(NoiseData.classes(20, IMAGE, 4, 1), CROSS_ENTROPY, model).stream()
            .filter(row -> !row.passed())
            .map(GradientCheck.Row::name)
            .toList();
    assertEquals(wrong, String.join(" ", failed));
  }

  @Test
  void shouldFailWhenParameterGradientIsOnePercentTooLarge() {
    SpoiltGradient.Fault fault =
        (dx, gradient, own, parameters) -> {
          for (int i = own; i < own + parameters; i++) {
            gradient[i] *= 1.01f;
          }
        };
    assertCaught("0.weight 0.bias", fault, 0);
    assertCaught("5.weight 5.bias", fault, 5);
  }

  @Test
  void shouldFailWhenOneElementOfTheParameterGradientIsWrong() {
    assertCaught("0.weight", (dx, gradient, own, parameters) -> gradient[own + 17] *= -1, 0);
    assertCaught(
        "5.bias", (dx, gradient, own, parameters) -> gradient[own + parameters - 1] *= 1.01f, 5);
  }

  @Test
  void shouldFailInAllEarlierLayersWhenInputGradientIsOnePercentTooLarge() {
    SpoiltGradient.Fault fault =
        (dx, gradient, own, parameters) -> {
          for (int i = 0; i < dx.length; i++) {
            dx[i] *= 1.01f;
          }
        };
    assertCaught("0.weight 0.bias 3.weight 3.bias", fault, 4);
    assertCaught("0.weight 0.bias", fault, 2);
  }

  @Test
  void shouldFailWhenGradientIsNotWritten() {
    assertCaught("5.bias", (dx, g, own, parameters) -> g[own + parameters - 2] = 0, 5);
    assertCaught("5.bias", (dx, g, own, parameters) -> g[own + parameters - 2] = Float.NaN, 5);
  }

  @Test
  void shouldCheckAllElementsUpToTwoHundredAndThenTwoHundred() {
    List<GradientCheck.Row> rows =
        rows(
            NoiseData.classes(20, Shape.of(20), 10, 1),
            CROSS_ENTROPY,
            List.of(dense(11), activation(Activation.Kind.TANH), dense(10)));
    assertEquals(
        List.of("0.weight 200/220", "0.bias 11/11", "2.weight 110/110", "2.bias 10/10"),
        rows.stream().map(r -> r.name() + " " + r.checked() + "/" + r.total()).toList());
  }

  @Test
  void shouldReportAgreementSpeedupAndTable() {
    Dataset data = NoiseData.classes(20, Shape.of(12), 4, 1);
    Network network =
        Network.build(
            data.inputShape(), List.of(dense(30), activation(Activation.Kind.RELU), dense(4)));
    GradientCheck.Report report = GradientCheck.run(network, CROSS_ENTROPY, data, 8);
    assertTrue(report.passed(), report::table);
    assertEquals(8, report.examples());
    assertEquals(3, report.shards());
    assertTrue(report.largestError() > 0 && report.largestError() < report.tolerance());
    String table = report.table();
    assertTrue(table.contains("layer 0 (dense 30)  0.weight"), table);
    assertTrue(table.contains("200 of 360"), table);
    assertTrue(table.contains("passed"), table);
    assertTrue(table.contains("times faster"), table);
    Map<String, Object> json = report.toMap();
    assertEquals(true, json.get("passed"));
    assertEquals(report.speedup(), json.get("speedup"));
    assertEquals(4, ((List<?>) json.get("tensors")).size());
  }

  @Test
  void shouldSayWhichParameterIsWrong() {
    GradientCheck.Row good = new GradientCheck.Row("0.weight", "layer 0 (x)", 3, 3, 1e-6, true);
    GradientCheck.Row bad = new GradientCheck.Row("0.bias", "layer 0 (x)", 1, 1, Double.NaN, false);
    GradientCheck.Report report =
        new GradientCheck.Report(List.of(good, bad), 8, 3, 4, 1e-3, "scalar", 1e-6, 2e-6);
    assertFalse(report.passed());
    assertTrue(report.table().contains("FAILED"), report.table());
    assertTrue(report.table().contains("NaN  WRONG"), report.table());
    assertNull(report.toMap().get("largest_relative_error"));
    assertEquals(4, report.speedup(), 1e-12);
  }

  @Test
  void shouldGiveSameErrorsWhenRunAgain() {
    Dataset data = NoiseData.classes(20, Shape.of(20), 10, 1);
    List<LayerSpec> model = List.of(dense(11), activation(Activation.Kind.RELU), dense(10));
    assertEquals(rows(data, CROSS_ENTROPY, model), rows(data, CROSS_ENTROPY, model));
  }

  @Test
  void shouldRefuseLossThatDoesNotFit() {
    Dataset data = NoiseData.classes(20, Shape.of(20), 10, 1);
    assertThrows(
        ShapeMismatchException.class, () -> rows(data, new HalfSquaredError(), List.of(dense(10))));
  }
}
