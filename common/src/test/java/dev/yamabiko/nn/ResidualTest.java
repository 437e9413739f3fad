package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResidualTest {

  private static final LayerSpec TANH = new Activation.Spec(Activation.Kind.TANH);
  private static final LayerSpec BATCH_NORM = new BatchNorm.Spec(0.1f, 1e-5f);

  private static LayerSpec dense(int units) {
    return new Dense.Spec(units, Initializer.GLOROT);
  }

  private static LayerSpec conv(int filters, int kernel, int stride) {
    int pad = kernel / 2;
    return new Conv2d.Spec(filters, kernel, kernel, stride, pad, pad, Initializer.HE);
  }

  private static LayerSpec residual(List<LayerSpec> body, LayerSpec... shortcut) {
    return new Residual.Spec(body, List.of(shortcut));
  }

  private static void assertPasses(Set<Integer> frozen, Shape input, LayerSpec... model) {
    Dataset data = NoiseData.classes(40, input, 4, 1);
    Network network = Network.build(input, List.of(model), frozen);
    List<GradientCheck.Row> rows =
        new GradientComparison(network, new SoftmaxCrossEntropy(), data, 3, new ScalarKernels())
            .rows();
    assertTrue(!rows.isEmpty());
    for (GradientCheck.Row row : rows) {
      assertTrue(row.passed(), row.toString());
    }
  }

  @Test
  void shouldMatchCentralDifferenceWhenShortcutIsIdentity() {
    assertPasses(
        Set.of(), Shape.of(6), dense(9), residual(List.of(dense(5), TANH, dense(9))), dense(4));
  }

  @Test
  void shouldMatchCentralDifferenceWhenShortcutProjects() {
    assertPasses(
        Set.of(),
        Shape.of(2, 6, 6),
        residual(
            List.of(conv(3, 3, 2), BATCH_NORM, TANH, conv(3, 3, 1), BATCH_NORM),
            conv(3, 1, 2),
            BATCH_NORM),
        TANH,
        new GlobalAveragePool.Spec(),
        dense(4));
  }

  @Test
  void shouldMatchCentralDifferenceWhenBlocksAreNested() {
    LayerSpec inner = residual(List.of(dense(7), TANH), new LayerNorm.Spec(1e-5f));
    assertPasses(
        Set.of(),
        Shape.of(7),
        residual(List.of(TANH, inner, dense(7), residual(List.of(TANH)))),
        residual(List.of(inner, TANH), dense(7)),
        dense(4));
  }

  @Test
  void shouldMatchCentralDifferenceWhenFlattening() {
    LayerSpec flatten = new Flatten.Spec();
    LayerSpec inner = residual(List.of(dense(18), TANH));
    assertPasses(
        Set.of(), Shape.of(2, 3, 3), residual(List.of(flatten, dense(18)), flatten), dense(4));
    assertPasses(
        Set.of(), Shape.of(18), dense(18), residual(List.of(flatten, inner, flatten)), dense(4));
  }

  @Test
  void shouldMatchCentralDifferenceWhenOnlyOneWayIsTrained() {
    assertPasses(Set.of(), Shape.of(4), residual(List.of(TANH), dense(4)));
    assertPasses(Set.of(), Shape.of(4), residual(List.of(dense(4), TANH)));
    assertPasses(Set.of(0), Shape.of(4), dense(4), residual(List.of(TANH, dense(4))));
    assertPasses(
        Set.of(1), Shape.of(4), dense(4), residual(List.of(BATCH_NORM, dense(4))), dense(4));
  }

  @Test
  void shouldAddInputToBody() {
    Network network = Network.build(Shape.of(2), List.of(residual(List.of(dense(2)))));
    NetworkPass pass = new NetworkPass(network, new ScalarKernels());
    float[] x = pass.input(1);
    x[0] = 3;
    x[1] = 5;
    // W = [[1, 2], [10, 20]], b = [100, 200].
    float[] y = pass.forward(new float[] {1, 2, 10, 20, 100, 200}, ShardRows.single(1), null);
    assertEquals(3 + 50 + 100 + 3, y[0]);
    assertEquals(6 + 100 + 200 + 5, y[1]);
  }

  @Test
  void shouldNameLayersByTheirPathAndCountEachActivation() {
    Network network =
        Network.build(
            Shape.of(3), List.of(residual(List.of(dense(5), TANH, dense(4)), dense(4)), TANH));
    assertEquals(
        List.of("0.shortcut.0", "0.body.0", "0.body.1", "0.body.2", "0", "1"),
        network.nodes().stream().map(Node::name).toList());
    assertEquals("layer 0.body.2 (dense 4)", network.describeLayer(3));
    assertEquals(3 + 4 + 5 + 5 + 4 + 4 + 4, network.activationsPerExample());
    // Beside the two gradients of a chain, one that waits for the block's other way.
    assertEquals(29 + 3 * 5, network.floatsPerExample());
  }

  @Test
  void shouldSayHowBodyAndShortcutEndWhenTheyDiffer() {
    ShapeMismatchException thrown =
        assertThrows(
            ShapeMismatchException.class,
            () -> Network.build(Shape.of(3), List.of(TANH, residual(List.of(dense(4))))));
    assertEquals(
        "layer 1 (residual): its body ends in [4] but its shortcut in [3]; add a shortcut, such as"
            + " [ { conv2d { filters = F, kernel = 1, stride = S } } ]",
        thrown.getMessage());
  }
}
