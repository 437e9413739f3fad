package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Generators that need no file. Example i is a pure function of (name, seed, i): its random numbers
 * come from the stream {@code Philox.stream(seed, GENERATE, g, 0, i)}, where g is the generator's
 * place in {@link #names}. A longer dataset therefore begins with the shorter one of the same seed.
 */
public final class Builtins {

  private static final int SPIRAL_ARMS = 3;
  private static final double SPIRAL_TURNS = 1.25;
  private static final double SPIRAL_NOISE = 0.03;
  private static final double SINE_NOISE = 0.02;

  /** Position is part of the key of the random numbers: only ever append. */
  private static final List<String> NAMES = List.of("digits", "spirals", "sine");

  private static final Map<String, Integer> INPUTS =
      Map.of("digits", Digits.SIDE * Digits.SIDE, "spirals", 2, "sine", 1);
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private Builtins() {}

  /** The names that a job may use. */
  public static List<String> names() {
    return NAMES;
  }

  static Examples generate(DataSource.Builtin source) {
    if (!NAMES.contains(source.name())) {
      throw new DataException(
          "there is no builtin dataset '"
              + source.name()
              + "'; expected one of "
              + String.join(", ", NAMES));
    }
    int mostExamples = MAX_ARRAY / INPUTS.get(source.name());
    if (source.examples() < 1 || source.examples() > mostExamples) {
      throw new DataException(
          String.format(
              "builtin %s: expected 1 to %d examples but got %d",
              source.name(), mostExamples, source.examples()));
    }
    return switch (source.name()) {
      case "digits" -> digits(source);
      case "spirals" -> spirals(source);
      default -> sine(source);
    };
  }

  private static Philox random(DataSource.Builtin source, int example) {
    return Philox.stream(
        source.seed(), Philox.Purpose.GENERATE, NAMES.indexOf(source.name()), 0, example);
  }

  /** Handwriting-like digits, 28 by 28; example i shows digit i modulo 10. */
  private static Examples digits(DataSource.Builtin source) {
    int size = Digits.SIDE * Digits.SIDE;
    byte[] pixels = new byte[source.examples() * size];
    int[] labels = new int[source.examples()];
    Digits digits = new Digits();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 10;
      digits.draw(labels[i], random(source, i), pixels, i * size);
    }
    return new ByteExamples(
        "builtin digits",
        "builtin digits",
        Shape.of(1, Digits.SIDE, Digits.SIDE),
        pixels,
        labels,
        Optional.of(Targets.Classes.numbered(10)));
  }

  /**
   * Interleaved spiral arms in the unit disc; example i lies on arm i modulo 3. With t uniform in
   * [0, 1) it is at radius 0.1 + 0.9 t and angle 2 pi (1.25 t + arm / 3), and both coordinates have
   * normal noise of deviation 0.03.
   */
  private static Examples spirals(DataSource.Builtin source) {
    float[] inputs = new float[2 * source.examples()];
    float[] arms = new float[source.examples()];
    for (int i = 0; i < arms.length; i++) {
      Philox random = random(source, i);
      int arm = i % SPIRAL_ARMS;
      double t = random.nextDouble();
      double radius = 0.1 + 0.9 * t;
      double angle = 2 * Math.PI * (SPIRAL_TURNS * t + (double) arm / SPIRAL_ARMS);
      inputs[2 * i] =
          (float) (radius * StrictMath.cos(angle) + SPIRAL_NOISE * random.nextGaussian());
      inputs[2 * i + 1] =
          (float) (radius * StrictMath.sin(angle) + SPIRAL_NOISE * random.nextGaussian());
      arms[i] = arm;
    }
    return points(source, 2, Targets.Classes.numbered(SPIRAL_ARMS), inputs, arms);
  }

  /** x uniform in [-pi, pi), and sin x with normal noise of deviation 0.02. */
  private static Examples sine(DataSource.Builtin source) {
    float[] inputs = new float[source.examples()];
    float[] targets = new float[source.examples()];
    for (int i = 0; i < inputs.length; i++) {
      Philox random = random(source, i);
      double x = Math.PI * (2 * random.nextDouble() - 1);
      inputs[i] = (float) x;
      targets[i] = (float) (StrictMath.sin(x) + SINE_NOISE * random.nextGaussian());
    }
    Targets sine = new Targets.Values(List.of(Targets.Value.plain("sin(x)")));
    return points(source, 1, sine, inputs, targets);
  }

  private static Examples points(
      DataSource.Builtin source, int features, Targets targets, float[] inputs, float[] values) {
    int[] rows = IntStream.range(0, source.examples()).toArray();
    return new Points(
        "builtin " + source.name(),
        new FloatRows(Shape.of(features), targets, inputs, values, 0, rows));
  }

  /** Generated points: nothing is fitted on them. */
  private record Points(String name, FloatRows rows) implements Examples {

    @Override
    public int size() {
      return rows.size();
    }

    @Override
    public Shape inputShape() {
      return rows.inputShape();
    }

    @Override
    public String targetKind() {
      return Fit.kindOf(rows.targets());
    }

    @Override
    public Fit fit(int[] training) {
      return Fit.unscaled(name, rows.targets());
    }

    @Override
    public Dataset under(Fit fit) {
      fit.requireUnscaled(name);
      float[] values = rows.targetValues();
      if (fit.targets() instanceof Targets.Classes) {
        Fit.ClassNumbers numbers = fit.classNumbers();
        values = new float[size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = numbers.of(Integer.toString((int) rows.targetValues()[i]), () -> name);
        }
      }
      return new FloatRows(rows.inputShape(), fit.targets(), rows.inputs(), values, 0, rows.rows());
    }
  }
}
