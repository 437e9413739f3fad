package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class JobPropertiesTest {

  @Property(tries = 200)
  void shouldReadTheSameJobFromItsResolvedText(@ForAll("jobs") String text) {
    Job job = JobFile.parse(text, "a.conf", Path.of("/some where"), List.of());
    Job again = JobFile.parse(job.resolved(), "b.conf", Path.of("/elsewhere"), List.of());
    assertEquals(job, again);
    assertEquals(job.resolved(), again.resolved());
  }

  @Property(tries = 500)
  void shouldAnswerOneLineWhateverIsWrong(@ForAll("jobs") String text, @ForAll Random random) {
    String damaged = damage(text, random);
    try {
      JobFile.parse(damaged, "a.conf", Path.of("/"), List.of());
    } catch (JobException e) {
      assertTrue(e.getMessage().matches("a\\.conf(:\\d+)?: .+"), e.getMessage());
      assertFalse(e.getMessage().contains("@0@"), e.getMessage());
    }
  }

  @Property(tries = 300)
  void shouldAnswerOneLineWhateverIsSet(@ForAll Random random) {
    String setting = damage("optimizer.sgd.learning-rate=[\"a\", {b = 1.5}]", random);
    try {
      JobFile.parse(SampleJob.with(), "a.conf", Path.of("/"), List.of(setting));
    } catch (JobException e) {
      assertTrue(e.getMessage().matches("--set.*: .+"), e.getMessage());
      assertFalse(e.getMessage().contains("@1@"), e.getMessage());
    }
  }

  /** A few characters removed, doubled or replaced by what means something to HOCON. */
  private static String damage(String text, Random random) {
    String signs = "{}[]\"=:,$.#\n\\ 0-+e@\u0000\ud800\u00e9/'`^?!&*|();~%<>";
    StringBuilder damaged = new StringBuilder(text);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(damaged.length());
      switch (random.nextInt(3)) {
        case 0 -> damaged.deleteCharAt(at);
        case 1 -> damaged.insert(at, damaged.charAt(at));
        default -> damaged.setCharAt(at, signs.charAt(random.nextInt(signs.length())));
      }
    }
    return damaged.toString();
  }

  @Provide
  Arbitrary<String> jobs() {
    return Combinators.combine(top(), data(), model(), optimizer())
        .as((a, b, c, d) -> a + b + c + d);
  }

  private static Arbitrary<String> top() {
    Arbitrary<Integer> batch = Arbitraries.integers().between(1, 5000);
    Arbitrary<Integer> epochs = Arbitraries.integers().between(1, Integer.MAX_VALUE);
    Arbitrary<Long> seed = Arbitraries.longs().between(0, Long.MAX_VALUE);
    Arbitrary<String> more =
        Arbitraries.of(
            "",
            "name = x\n",
            "shards = 1\n",
            "shards = ${batch-size}\n",
            "shards = null\n",
            "checkpoint.every-steps = 7\n",
            "clipping { global-norm = 1e-3 }\n");
    return Combinators.combine(batch, epochs, seed, more)
        .as("batch-size = %d\nepochs = %d\nseed = %d\n%s"::formatted);
  }

  private static Arbitrary<String> data() {
    Arbitrary<String> column =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 99).map(String::valueOf),
            Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(3).map(s -> "\"" + s + "\""));
    Arbitrary<String> csv =
        Combinators.combine(column, Arbitraries.of("none", "standard", "min-max"))
            .as("csv { path = \"x y/z.csv\", targets = [%s], normalize-inputs = %s }"::formatted);
    Arbitrary<String> source =
        Arbitraries.oneOf(
            csv,
            Arbitraries.of(
                "builtin { name = sine, examples = 5 }",
                "idx { images = a, labels = ../b }",
                "images { directory = ../c, size = [3, 5], colour = grey }",
                "csv { path = t.csv, label = 0, categorical = [1], unknown-categories = zeros }"));
    Arbitrary<String> validation =
        Arbitraries.oneOf(
            Arbitraries.just(""),
            Arbitraries.of("0.1", "1e-3", "0.99999").map(f -> "validation.fraction = " + f),
            source.map(s -> "validation { " + s + " }"));
    Arbitrary<String> augment =
        Arbitraries.of("", "augment = [ flip, { rotate { degrees = 1e1 } } ]", "augment = null");
    return Combinators.combine(source, validation, augment)
        .as("data { train { %s }, %s\n%s }\n"::formatted);
  }

  private static Arbitrary<String> model() {
    Arbitrary<String> plain = Arbitraries.of("relu", "sigmoid", "tanh", "flatten", "{ relu {} }");
    Arbitrary<String> dense =
        Combinators.combine(
                Arbitraries.integers().between(1, 1000), Arbitraries.of("he", "glorot", "zeros"))
            .as("{ dense { units = %d, initializer = %s } }"::formatted);
    Arbitrary<String> conv =
        Combinators.combine(Arbitraries.of("3", "[3, 5]", "7"), Arbitraries.of("same", "0", "2"))
            .as("{ conv2d { filters = 4, kernel = %s, padding = %s } }"::formatted);
    return Arbitraries.oneOf(plain, dense, conv)
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(layers -> "model = [ " + String.join(", ", layers) + " ]\n");
  }

  private static Arbitrary<String> optimizer() {
    Arbitrary<String> rate = Arbitraries.of("1", "0.10", "1e-8", "3.4e38", "2e-45", "0.123456789");
    return Combinators.combine(
            Arbitraries.of("sgd", "adam"),
            rate,
            Arbitraries.of("softmax-cross-entropy", "half-squared-error"))
        .as("optimizer { %s { learning-rate = %s } }\nloss = %s\n"::formatted);
  }
}
