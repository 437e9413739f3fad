package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedModelsTest {

  @TempDir private Path directory;

  private Path model(String name, long seed) throws IOException {
    return SpiralsModel.write(directory.resolve(name), seed);
  }

  @Test
  void shouldKeepTheModelsThatWereAskedLast() throws Exception {
    LoadedModels models = new LoadedModels();
    Path first = model("0", 1);
    LoadedModels.Loaded loaded = models.of(first);
    for (int other = 1; other <= 6; other++) {
      models.of(model(Integer.toString(other), 1));
      assertSame(loaded, models.of(first));
    }
    for (int other = 1; other <= 4; other++) {
      models.of(directory.resolve(Integer.toString(other)));
    }
    assertNotSame(loaded, models.of(first));
  }

  @Test
  void shouldLoadAModelAgainThatWasReplaced() throws Exception {
    LoadedModels models = new LoadedModels();
    Path file = model("model", 1);
    LoadedModels.Loaded loaded = models.of(file);
    Files.move(model("new", 2), file, StandardCopyOption.REPLACE_EXISTING);
    assertNotEquals(loaded.sha256(), models.of(file).sha256());
  }

  @Test
  void shouldRefuseAModelThatTakesTooMuchMemory() throws Exception {
    Path file = model("model", 1);
    ProblemException refused =
        assertThrows(ProblemException.class, () -> new LoadedModels(100).of(file));
    assertTrue(refused.problem().detail().startsWith("the model takes"), refused.getMessage());
  }
}
