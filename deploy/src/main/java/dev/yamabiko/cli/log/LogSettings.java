package dev.yamabiko.cli.log;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a process's log is to be.
 *
 * @param file where it goes, instead of standard error
 * @param fileBytes after which a file is put aside
 * @param totalBytes of the files that have been put aside, compressed
 */
public record LogSettings(LogFormat format, Optional<Path> file, long fileBytes, long totalBytes) {

  /** What the process does by itself. */
  boolean isPlain() {
    return format == LogFormat.TEXT && file.isEmpty();
  }
}
