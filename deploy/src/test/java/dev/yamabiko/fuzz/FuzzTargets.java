package dev.yamabiko.fuzz;

import dev.yamabiko.wire.FuzzedMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What reads files and messages that others have written; closes what that needs. */
final class FuzzTargets implements AutoCloseable {

  private final FuzzedMessages messages = new FuzzedMessages();
  private final List<FuzzTarget> all = new ArrayList<>();

  /**
   * @param directory where files are written
   */
  FuzzTargets(Path directory) throws IOException {
    all.addAll(WireTargets.all(messages));
    all.addAll(DataTargets.all(folder(directory, "data")));
    all.addAll(ModelTargets.all(folder(directory, "model")));
    all.addAll(PredictionTargets.all(folder(directory, "prediction")));
    all.addAll(StateTargets.all(folder(directory, "state")));
    all.addAll(JobTargets.all(folder(directory, "job")));
    all.addAll(HttpTargets.all());
  }

  private static Path folder(Path directory, String name) throws IOException {
    return Files.createDirectories(directory.resolve(name));
  }

  List<FuzzTarget> all() {
    return List.copyOf(all);
  }

  @Override
  public void close() {
    messages.close();
  }
}
