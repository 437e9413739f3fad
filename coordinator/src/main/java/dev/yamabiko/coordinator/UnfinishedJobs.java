package dev.yamabiko.coordinator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The jobs that may still need their files, as the disk has them: all that have not completed. */
public final class UnfinishedJobs {

  private UnfinishedJobs() {}

  /**
   * Their texts. One that cannot be understood counts, as it stands.
   *
   * @param data the coordinator's directory
   * @throws UncheckedIOException if it cannot be read: nobody knows then what is needed
   */
  public static List<String> texts(Path data) {
    Path jobs = data.resolve("jobs");
    List<String> texts = new ArrayList<>();
    if (Files.notExists(jobs)) {
      return texts;
    }
    try (Stream<Path> entries = Files.list(jobs)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        if (Files.isRegularFile(entry)) {
          continue; // some program's own, as .DS_Store
        }
        String state;
        try {
          // Whatever bytes a damaged one has.
          state =
              new String(Files.readAllBytes(entry.resolve("state.json")), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
          state = "";
        }
        if (!hasCompleted(state)) {
          Stream.of(state, begun(entry.resolve("run")))
              .filter(text -> !text.isEmpty())
              .forEach(texts::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  /** Also for a job whose state is damaged: a user may resume it. */
  private static String begun(Path run) throws IOException {
    return RunDirectory.holdsRun(run)
        ? Files.readString(RunDirectory.jobFile(run), StandardCharsets.ISO_8859_1)
        : "";
  }

  private static boolean hasCompleted(String state) {
    try {
      return StoredJob.parse(state).status() == JobStatus.COMPLETED;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
