package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelMetadataTest {

  private static final Job JOB =
      JobFile.parse(
          """
          data.train.builtin { name = sine, examples = 10 }
          model = [ { dense { units = 1 } } ], loss = half-squared-error, optimizer = sgd
          batch-size = 5, shards = 1, epochs = 1
          """,
          "sine.conf",
          Path.of(""),
          List.of());

  private static LoadedData data(Targets targets, LoadedData.Scaling... scaling) {
    Dataset examples =
        new Dataset() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public Shape inputShape() {
            return Shape.of(1);
          }

          @Override
          public Targets targets() {
            return targets;
          }

          @Override
          public void readInput(int index, float[] into, int at) {}

          @Override
          public void readTarget(int index, float[] into, int at) {}
        };
    return new LoadedData(examples, Optional.empty(), List.of(scaling), Optional.empty());
  }

  @Test
  void shouldSayHowNumbersAreScaled() {
    Targets targets = new Targets.Values(List.of(new Targets.Value("Temp", 11.25, 4)));
    Map<String, String> metadata =
        ModelMetadata.of(JOB, data(targets, new LoadedData.Scaling("wind", 1.5, 0.5)));
    assertEquals("yamabiko", metadata.get("format"));
    assertEquals(JOB.resolved(), metadata.get("job"));
    assertEquals(
        "[{\"column\":\"wind\",\"offset\":1.5,\"scale\":0.5}]", metadata.get("input_scaling"));
    assertEquals("[{\"name\":\"Temp\",\"offset\":11.25,\"scale\":4.0}]", metadata.get("targets"));
    assertFalse(metadata.containsKey("classes"));
  }

  @Test
  void shouldListTheCategories() {
    Targets targets = new Targets.Values(List.of(Targets.Value.plain("y")));
    assertEquals(
        "[{\"column\":\"sky\",\"categories\":[\"blue\",\"grey\"]},"
            + "{\"column\":\"wind\",\"offset\":0.0,\"scale\":1.0}]",
        ModelMetadata.of(
                JOB,
                data(
                    targets,
                    new LoadedData.Scaling("sky", List.of("blue", "grey")),
                    new LoadedData.Scaling("wind", 0, 1)))
            .get("input_scaling"));
  }

  @Test
  void shouldSayWhatAnArrayWasMadeOf() {
    LoadedData plain = data(Targets.Classes.numbered(2));
    assertFalse(ModelMetadata.of(JOB, plain).containsKey("input_type"));
    LoadedData bytes =
        new LoadedData(
            plain.train(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.of("u1"));
    assertEquals("u1", ModelMetadata.of(JOB, bytes).get("input_type"));
  }

  @Test
  void shouldNameTheClasses() {
    Map<String, String> metadata =
        ModelMetadata.of(JOB, data(new Targets.Classes(List.of("cat", "dog"))));
    assertEquals("[\"cat\",\"dog\"]", metadata.get("classes"));
    assertEquals("[]", metadata.get("input_scaling"));
    assertFalse(metadata.containsKey("targets"));
  }
}
