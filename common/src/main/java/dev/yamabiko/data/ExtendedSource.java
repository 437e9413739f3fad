package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Reads what an extension gives, once, and trusts none of it: whatever it throws, and whatever is
 * no example, ends in one message that names the source.
 */
final class ExtendedSource {

  private static final int MOST_EXAMPLES = Integer.MAX_VALUE - 8;

  private final DataSource.Extended source;
  private final String name;

  ExtendedSource(DataSource.Extended source) {
    this.source = source;
    name = "data source " + source.kind();
  }

  Examples read(DataStore store) {
    Dataset all = asked(source.source()::open);
    int examples = asked(all::size);
    Shape shape = asked(all::inputShape);
    Targets targets = asked(all::targets);
    if (examples < 1 || examples > MOST_EXAMPLES) {
      throw wrong("expected 1 to %d examples but found %d".formatted(MOST_EXAMPLES, examples));
    }
    requirePlain(targets);
    long inputs = (long) examples * shape.size();
    Segments floats =
        store.keep(
            name,
            source.identity(),
            files(),
            (inputs + (long) examples * targets.width()) * Float.BYTES,
            out -> {
              write(all, examples, shape.size(), targets, out);
              return examples;
            });
    return new FixedExamples(
        name,
        new StoredExamples(
            shape,
            targets,
            examples,
            new Elements(floats, Decoder.FLOATS),
            new Elements(floats, Decoder.FLOATS, inputs)));
  }

  private void requirePlain(Targets targets) {
    if (targets instanceof Targets.Classes classes) {
      if (classes.count() < 2) {
        throw wrong("expected at least two classes but found " + classes.describe());
      }
      return;
    }
    for (Targets.Value value : ((Targets.Values) targets).values()) {
      if (value.offset() != 0 || value.scale() != 1) {
        throw wrong("expected targets as the model sees them but %s is scaled".formatted(value));
      }
    }
  }

  /** All inputs, then all targets. */
  private void write(Dataset all, int examples, int inputs, Targets targets, OutputStream out)
      throws IOException {
    FloatWriter writer = new FloatWriter(out);
    float[] input = new float[inputs];
    for (int i = 0; i < examples; i++) {
      int example = i;
      reading(() -> all.readInput(example, input, 0));
      for (float x : input) {
        if (!Float.isFinite(x)) {
          throw wrong("example %d: expected finite inputs but found %s".formatted(i, x));
        }
        writer.write(x);
      }
    }
    float[] target = new float[targets.width()];
    for (int i = 0; i < examples; i++) {
      int example = i;
      reading(() -> all.readTarget(example, target, 0));
      for (float t : target) {
        requireTarget(targets, i, t);
        writer.write(t);
      }
    }
    writer.flush();
  }

  private void requireTarget(Targets targets, int example, float t) {
    if (targets instanceof Targets.Classes classes) {
      if (!(t >= 0 && t < classes.count() && t == (int) t)) {
        throw wrong(
            "example %d: expected a class number from 0 to %d but found %s"
                .formatted(example, classes.count() - 1, t));
      }
    } else if (!Float.isFinite(t)) {
      throw wrong("example %d: expected a finite target but found %s".formatted(example, t));
    }
  }

  /** What the examples are made from, so that a kept copy is of no use when it changes. */
  private List<Path> files() {
    TreeSet<Path> files = new TreeSet<>(source.files().values());
    for (Path directory : source.directories().values()) {
      try (Stream<Path> below = Files.walk(directory)) {
        below.filter(Files::isRegularFile).forEach(files::add);
      } catch (IOException e) {
        throw new DataException(name + ": cannot be read: " + e.getMessage(), e);
      }
    }
    return new ArrayList<>(files);
  }

  private void reading(Runnable one) {
    asked(
        () -> {
          one.run();
          return true;
        });
  }

  private <T> T asked(Callable<T> question) {
    T answer;
    try {
      answer = question.call();
    } catch (DataException e) {
      throw new DataException(name + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new DataException(name + ": cannot be read: " + e.getMessage(), e);
    } catch (Exception | StackOverflowError | AssertionError | LinkageError e) {
      throw new DataException(name + " threw " + e, e);
    }
    if (answer == null) {
      throw wrong("expected examples but found null");
    }
    return answer;
  }

  private DataException wrong(String what) {
    return new DataException(name + ": " + what);
  }
}
