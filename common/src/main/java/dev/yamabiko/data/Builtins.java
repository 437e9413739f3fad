package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;
import java.util.List;
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

  /** By all cores, before they are written. */
  private static final int DRAWN_AT_ONCE = 1024;

  private static final int MOST_EXAMPLES = Integer.MAX_VALUE - 8;

  private Builtins() {}

  /** The names that a job may use. */
  public static List<String> names() {
    return NAMES;
  }

  static Examples generate(DataSource.Builtin source, DataStore store) {
    if (!NAMES.contains(source.name())) {
      throw new DataException(
          "there is no builtin dataset '"
              + source.name()
              + "'; expected one of "
              + String.join(", ", NAMES));
    }
    if (source.examples() < 1 || source.examples() > MOST_EXAMPLES) {
      throw new DataException(
          String.format(
              "builtin %s: expected 1 to %d examples but got %d",
              source.name(), MOST_EXAMPLES, source.examples()));
    }
    return switch (source.name()) {
      case "digits" -> digits(source, store);
      case "spirals" -> spirals(source, store);
      default -> sine(source, store);
    };
  }

  private static Philox random(DataSource.Builtin source, int example) {
    return Philox.stream(
        source.seed(), Philox.Purpose.GENERATE, NAMES.indexOf(source.name()), 0, example);
  }

  /** Handwriting-like digits, 28 by 28; example i shows digit i modulo 10. */
  private static Examples digits(DataSource.Builtin source, DataStore store) {
    int size = Digits.SIDE * Digits.SIDE;
    int[] labels = new int[source.examples()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 10;
    }
    Segments pixels =
        store.generate(
            name(source),
            (long) labels.length * size,
            out -> {
              byte[] images = new byte[Math.min(labels.length, DRAWN_AT_ONCE) * size];
              for (int from = 0; from < labels.length; from += DRAWN_AT_ONCE) {
                int first = from;
                int count = Math.min(DRAWN_AT_ONCE, labels.length - first);
                // Each is a function of its number alone, whichever core draws it.
                IntStream.range(0, count)
                    .parallel()
                    .forEach(
                        i ->
                            new Digits()
                                .draw(
                                    labels[first + i],
                                    random(source, first + i),
                                    images,
                                    i * size));
                out.write(images, 0, count * size);
              }
              return labels.length;
            });
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
  private static Examples spirals(DataSource.Builtin source, DataStore store) {
    Generator generator =
        (random, example, point) -> {
          int arm = example % SPIRAL_ARMS;
          double t = random.nextDouble();
          double radius = 0.1 + 0.9 * t;
          double angle = 2 * Math.PI * (SPIRAL_TURNS * t + (double) arm / SPIRAL_ARMS);
          point[0] =
              (float) (radius * StrictMath.cos(angle) + SPIRAL_NOISE * random.nextGaussian());
          point[1] =
              (float) (radius * StrictMath.sin(angle) + SPIRAL_NOISE * random.nextGaussian());
          point[2] = arm;
        };
    return points(source, store, 2, Targets.Classes.numbered(SPIRAL_ARMS), generator);
  }

  /** x uniform in [-pi, pi), and sin x with normal noise of deviation 0.02. */
  private static Examples sine(DataSource.Builtin source, DataStore store) {
    Generator generator =
        (random, example, point) -> {
          double x = Math.PI * (2 * random.nextDouble() - 1);
          point[0] = (float) x;
          point[1] = (float) (StrictMath.sin(x) + SINE_NOISE * random.nextGaussian());
        };
    Targets sine = new Targets.Values(List.of(Targets.Value.plain("sin(x)")));
    return points(source, store, 1, sine, generator);
  }

  /** Writes the features of an example and then its target. */
  private interface Generator {
    void write(Philox random, int example, float[] point);
  }

  /** All features, then all targets. */
  private static Examples points(
      DataSource.Builtin source,
      DataStore store,
      int features,
      Targets targets,
      Generator generator) {
    int examples = source.examples();
    Segments floats =
        store.generate(
            name(source),
            (long) examples * (features + 1) * Float.BYTES,
            out -> {
              FloatWriter writer = new FloatWriter(out);
              float[] point = new float[features + 1];
              for (int part = 0; part < 2; part++) {
                for (int i = 0; i < examples; i++) {
                  generator.write(random(source, i), i, point);
                  int from = part == 0 ? 0 : features;
                  int to = part == 0 ? features : features + 1;
                  for (int f = from; f < to; f++) {
                    writer.write(point[f]);
                  }
                }
              }
              writer.flush();
              return examples;
            });
    Elements values = new Elements(floats, Decoder.FLOATS, (long) examples * features);
    return new FixedExamples(
        "builtin " + source.name(),
        new StoredExamples(
            Shape.of(features), targets, examples, new Elements(floats, Decoder.FLOATS), values));
  }

  private static String name(DataSource.Builtin source) {
    return "builtin "
        + source.name()
        + ", "
        + source.examples()
        + " examples, seed "
        + source.seed();
  }
}
