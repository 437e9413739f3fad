package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.extension.Cubed;
import dev.yamabiko.extension.ElementWise;
import dev.yamabiko.extension.PerExampleLayer;
import dev.yamabiko.extension.Stretch;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that are written on the bases for layers of one's own. */
class UserLayerTest {

  private static final Dataset DATA = NoiseData.classes(20, Shape.of(6), 3, 1);

  private static List<GradientCheck.Row> rows(Loss loss, LayerSpec... model) {
    Network network = Network.build(DATA.inputShape(), List.of(model));
    return new GradientComparison(network, loss, DATA, 3, new ScalarKernels()).rows();
  }

  /** The names of what is wrong in a model that ends in these. */
  private static String wrong(LayerSpec... middle) {
    LayerSpec dense = new Dense.Spec(6, Initializer.GLOROT);
    LayerSpec last = new Dense.Spec(3, Initializer.GLOROT);
    LayerSpec[] model = new LayerSpec[middle.length + 2];
    model[0] = dense;
    System.arraycopy(middle, 0, model, 1, middle.length);
    model[model.length - 1] = last;
    return String.join(
        " ",
        rows(new SoftmaxCrossEntropy(), model).stream()
            .filter(row -> !row.passed())
            .map(GradientCheck.Row::name)
            .toList());
  }

  @Test
  void shouldDoWhatTheirFormulasSay() {
    for (boolean trains : new boolean[] {true, false}) {
      new LayerProbe(new Stretch(0), Shape.of(7), trains).check();
      new LayerProbe(new Stretch(0), Shape.of(2, 3, 2), trains).check();
      new LayerProbe(new Cubed(3), Shape.of(2, 2, 3), trains).check();
    }
  }

  @Test
  void shouldPassTheGradientCheckOnlyWithTheRightDerivatives() {
    assertEquals("", wrong(new Stretch(0), new Cubed(3)));
    assertEquals("1.b", wrong(new Stretch(0.01f), new Cubed(3)));
    assertEquals("0.weight 0.bias 1.w 1.b", wrong(new Stretch(0), new Cubed(3.03f)));
  }

  private record NoFormula() implements ElementWise {
    @Override
    public String kind() {
      return "no-formula";
    }

    @Override
    public float value(float x) {
      return x;
    }

    @Override
    public float derivative(float x) {
      return 1;
    }
  }

  private record NoFormulaPerExample() implements LayerSpec {
    @Override
    public String kind() {
      return "no-formula";
    }

    @Override
    public Layer build(Shape input) {
      return new PerExampleLayer("no-formula", input, input, List.of()) {
        @Override
        protected void forward(float[] w, float[] x, float[] y) {
          System.arraycopy(x, 0, y, 0, x.length);
        }

        @Override
        protected void backward(
            float[] w, float[] x, float[] y, float[] g, float[] dx, float[] dw) {
          System.arraycopy(g, 0, dx, 0, g.length);
        }
      };
    }
  }

  /** Throws, or returns nothing, where it is told to. */
  private record Faulty(String where) implements LayerSpec {
    @Override
    public String kind() {
      return "faulty";
    }

    @Override
    public Layer build(Shape input) {
      if (where.equals("build")) {
        throw new UnsupportedOperationException();
      }
      if (where.equals("assert")) {
        throw new AssertionError("never");
      }
      if (where.equals("link")) {
        throw new NoClassDefFoundError("my/Lib");
      }
      if (where.equals("deep")) {
        return build(input);
      }
      if (where.equals("null")) {
        return null;
      }
      return new PerExampleLayer(where.equals("name") ? null : "faulty", input, input, List.of()) {
        @Override
        protected void forward(float[] w, float[] x, float[] y) {
          fail("forward");
        }

        @Override
        protected void backward(
            float[] w, float[] x, float[] y, float[] g, float[] dx, float[] dw) {
          fail("backward");
        }

        private void fail(String here) {
          if (where.equals(here)) {
            throw new IllegalStateException("two\nlines");
          }
        }
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "build, threw java.lang.UnsupportedOperationException",
    "assert, threw java.lang.AssertionError: never",
    "link, threw java.lang.NoClassDefFoundError: my/Lib",
    "deep, threw java.lang.StackOverflowError",
    "null, 'threw java.lang.NullPointerException: build(Shape) must not return null'",
    "name, 'threw java.lang.NullPointerException: the description must not be null'"
  })
  void shouldNameTheClassThatCannotBeBuilt(String where, String expected) {
    List<LayerSpec> model = List.of(new Dense.Spec(3, Initializer.GLOROT), new Faulty(where));
    ShapeMismatchException e =
        assertThrows(ShapeMismatchException.class, () -> Network.build(Shape.of(6), model));
    assertEquals(
        "layer 1 (faulty): %s %s".formatted(Faulty.class.getName(), expected), e.getMessage());
  }

  /** Two parameters and a buffer of these names. */
  private record Named(String first, String second, String buffer) implements LayerSpec {
    @Override
    public String kind() {
      return "named";
    }

    @Override
    public Layer build(Shape input) {
      Shape one = Shape.of(1);
      List<Parameter> parameters =
          Stream.of(first, second)
              .map(name -> new Parameter(name, one, Initializer.ZEROS, 1, 1))
              .toList();
      return new PerExampleLayer("named", input, input, parameters) {
        @Override
        public List<Buffer> buffers() {
          return List.of(new Buffer(buffer, one, 0, 0.5f));
        }

        @Override
        protected void forward(float[] w, float[] x, float[] y) {
          // Never asked.
        }

        @Override
        protected void backward(
            float[] w, float[] x, float[] y, float[] g, float[] dx, float[] dw) {
          // Never asked.
        }
      };
    }
  }

  /** A model file could not be read again that has two tensors of one name. */
  @ParameterizedTest
  @CsvSource({
    "w, w, m, 'of different names but found two called ''w'''",
    "w, b, w, 'of different names but found two called ''w'''",
    "'', b, m, to have names but one has none",
    "w, b, , to have names but one has none"
  })
  void shouldRefuseALayerWhoseNumbersHaveNoNamesOfTheirOwn(
      String first, String second, String buffer, String expected) {
    List<LayerSpec> model = List.of(new Named(first, second, buffer));
    ShapeMismatchException e =
        assertThrows(ShapeMismatchException.class, () -> Network.build(Shape.of(6), model));
    assertEquals("layer 0 (named): expected parameters and buffers " + expected, e.getMessage());
    Network.build(Shape.of(6), List.of(new Named("w", "b", "m"), new Named("w", "b", "m")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"forward", "backward"})
  void shouldNameTheLayerThatThrowsInAStep(String where) {
    Network network =
        Network.build(
            Shape.of(6), List.of(new Dense.Spec(3, Initializer.GLOROT), new Faulty(where)));
    NetworkPass pass = new NetworkPass(network, new ScalarKernels());
    float[] weights = new float[network.length()];
    float[] sums = new float[network.length()];
    ShardRows rows = ShardRows.single(2);
    Training training = new Training(1, 0, new int[] {0, 1}, sums);
    LayerException e =
        assertThrows(
            LayerException.class,
            () -> {
              pass.input(2);
              pass.forward(weights, rows, training);
              pass.outputGradient();
              pass.backward(weights, rows, training, sums, index -> {});
            });
    assertEquals(
        "layer 1 (faulty), of class %s$1, threw java.lang.IllegalStateException: two lines"
            .formatted(Faulty.class.getName()),
        e.getMessage());
  }

  private record NoFormulaLoss() implements Loss {
    @Override
    public String kind() {
      return "no-formula";
    }

    @Override
    public void check(Shape output, Targets targets) {
      // Whatever.
    }

    @Override
    public void evaluate(
        Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g) {
      // Never asked.
    }
  }

  @Test
  void shouldRefuseToCheckWhatHasNoFormula() {
    LayerSpec last = new Dense.Spec(3, Initializer.GLOROT);
    for (LayerSpec layer : List.of(new NoFormula(), new NoFormulaPerExample())) {
      assertRefused(new SoftmaxCrossEntropy(), layer, last);
    }
    assertRefused(new NoFormulaLoss(), last);
  }

  private static void assertRefused(Loss loss, LayerSpec... model) {
    MissingReferenceException e =
        assertThrows(MissingReferenceException.class, () -> rows(loss, model));
    assertEquals(
        "no-formula cannot be checked: it has no reference formula, which gradcheck differentiates",
        e.getMessage());
  }
}
