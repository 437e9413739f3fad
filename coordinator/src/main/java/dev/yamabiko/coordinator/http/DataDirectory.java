package dev.yamabiko.coordinator.http;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the coordinator's directory is still there. It is not made anew: jobs, the term and the
 * lock that keeps other coordinators away have gone with it, and only a new start can have others.
 */
final class DataDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  private final Path data;
  private final List<Path> parts;
  private final AtomicBoolean said = new AtomicBoolean();

  private DataDirectory(Path data, List<Path> parts) {
    this.data = data;
    this.parts = parts;
  }

  /** What of it is there now must stay. */
  static DataDirectory of(Path data, Path uploads) {
    List<Path> parts =
        Stream.of(uploads, data.resolve("jobs"), data.resolve("term"))
            .filter(Files::exists)
            .toList();
    return new DataDirectory(data, parts);
  }

  /** What is wrong, for users; the log says where, once. */
  Optional<String> fault() {
    if (parts.stream().allMatch(Files::exists)) {
      return Optional.empty();
    }
    if (said.compareAndSet(false, true)) {
      LOG.error("the data directory has been removed, start the coordinator again data={}", data);
    }
    return Optional.of(
        "the coordinator's data directory has been removed; the coordinator must be started again");
  }
}
