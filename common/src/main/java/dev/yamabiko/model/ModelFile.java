package dev.yamabiko.model;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a model is that a user names by its file or by the run directory that holds it. */
final class ModelFile {

  static final String NAME = "model.safetensors";

  private ModelFile() {}

  /**
   * The model file.
   *
   * @throws ModelException if there can be none
   */
  static Path of(Path runDirectoryOrFile) {
    if (!Files.exists(runDirectoryOrFile)) {
      throw new ModelException(runDirectoryOrFile + ": no such file or directory");
    }
    if (!Files.isDirectory(runDirectoryOrFile)) {
      return runDirectoryOrFile;
    }
    Path model = runDirectoryOrFile.resolve(NAME);
    if (Files.exists(model)) {
      return model;
    }
    throw new ModelException(
        runDirectoryOrFile
            + (Files.exists(runDirectoryOrFile.resolve("job.conf"))
                ? ": there is no model in this run directory; did the run not complete?"
                : ": expected a run directory or a model file but found a directory without "
                    + NAME));
  }
}
