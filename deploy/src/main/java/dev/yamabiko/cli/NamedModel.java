package dev.yamabiko.cli;

import dev.yamabiko.coordinator.ModelProvenance;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.ExtensionDifference;
import dev.yamabiko.job.Extensions;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A trained model and the run that left it.
 *
 * @param named what the user calls it: its file or a run directory
 */
record NamedModel(Path named, TrainedModel trained) {

  /** What is to be known of the model, of its extensions or its run; empty if all is well. */
  Optional<String> notice() {
    return Extensions.ofThisJvm()
        .difference(trained.job())
        .map(ExtensionDifference::describe)
        .or(
            () ->
                Files.isDirectory(named)
                    ? ModelProvenance.doubt(named, trained)
                    : Optional.empty());
  }

  /**
   * The model is not to be overwritten by what is made of it, nor the rest of its run.
   *
   * @throws JobException if writing the file would do that
   */
  void protectFrom(Path out) {
    Path directory = trained.file().toAbsolutePath().getParent();
    try {
      if (Files.exists(out) && Files.isSameFile(out, trained.file())) {
        throw refuse(out, "it is the model");
      }
      if (RunDirectory.holdsRun(directory) && RunDirectory.isOfRun(directory, out)) {
        throw refuse(out, "it is a file of the run in " + directory);
      }
    } catch (IOException e) {
      throw refuse(out, WriteFailure.reason(e));
    }
  }

  private static JobException refuse(Path out, String why) {
    return new JobException("--out " + out + " cannot be used: " + why);
  }
}
