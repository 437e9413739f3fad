package dev.yamabiko.cli.doctor;

import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Whether a coordinator could read its tokens file, and nobody else write it. Reading it tells
 * nobody a token: it holds their hashes.
 */
final class TokensCheck {

  private TokensCheck() {}

  static Finding of(Path file) {
    try {
      int count = Tokens.of(file).size();
      String found = "%s: %d %s".formatted(file, count, count == 1 ? "token" : "tokens");
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      return permissions.contains(PosixFilePermission.GROUP_WRITE)
              || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          ? Finding.warning(
              "tokens",
              "%s, and others may write it (%s)"
                  .formatted(found, PosixFilePermissions.toString(permissions)),
              "chmod go-w it: whoever writes it may add a token of his own")
          : Finding.ok("tokens", found);
    } catch (JobException e) {
      return Finding.problem(
          "tokens", e.getMessage(), "mend the file, or name another one with --tokens");
    } catch (IOException | UnsupportedOperationException e) {
      return Finding.warning("tokens", file + ": who may write it cannot be told", "");
    }
  }
}
