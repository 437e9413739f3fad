package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A model of very many classes, of which few occur in the data to be evaluated. */
class ManyClassesTest {

  /** A matrix of all pairs would take 7.2 GB. */
  private static final int CLASSES = 30_000;

  /** Twenty examples of class 7, and of class 29,999. */
  private record TwoClasses(Targets targets) implements Dataset {
    @Override
    public int size() {
      return 40;
    }

    @Override
    public Shape inputShape() {
      return Shape.of(1);
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      into[at] = 1;
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      into[at] = index % 2 == 0 ? 7 : CLASSES - 1;
    }
  }

  @Test
  void shouldTakeMemoryForClassesThatOccur() {
    Job job =
        JobFile.parse(
            """
            data.train.builtin { name = spirals, examples = 300 }
            model = [ { dense { units = %d } } ]
            loss = softmax-cross-entropy, optimizer = sgd, batch-size = 20, epochs = 1
            """
                .formatted(CLASSES),
            "job.conf",
            Path.of(""),
            List.of());
    Targets targets = Targets.Classes.numbered(CLASSES);
    Network network = job.model().build(Shape.of(1));
    float[] weights = new float[network.length()];
    weights[7] = 1;
    TrainedModel model =
        new TrainedModel(
            Path.of("m"),
            new ModelDescription(job, Shape.of(1), targets, List.of(), List.of(), Map.of()),
            network,
            weights);
    ClassificationReport report =
        Evaluation.of(model, new TwoClasses(targets), KernelsFactory.create())
            .classes()
            .orElseThrow();
    assertEquals(20, report.correct());
    assertEquals(0.5, report.accuracy());
    assertEquals(40, report.predicted(7));
    assertEquals(20, report.support(CLASSES - 1));
    assertEquals(20, report.confusion(CLASSES - 1)[7]);
    assertEquals(0, report.support(8));
  }
}
