package dev.yamabiko.fuzz;

import dev.yamabiko.coordinator.FuzzedState;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import dev.yamabiko.job.JobException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a coordinator reads from its own disk: states of jobs, and who may ask. */
final class StateTargets {

  private static final String TOKENS =
      """
      tokens = [
        { name = ann, role = admin, sha256 = "%s" }
        { name = bob, role = read, sha256 = "%s" }
      ]
      """
          .formatted("ab".repeat(32), "cd".repeat(32));

  private StateTargets() {}

  /**
   * @param directory where files are written
   */
  static List<FuzzTarget> all(Path directory) {
    Path file = directory.resolve("tokens.conf");
    return List.of(
        FuzzTarget.of(
                "states of jobs",
                input -> FuzzedState.read(new String(input, StandardCharsets.UTF_8)),
                Set.of(IllegalArgumentException.class),
                Stream.of(FuzzedState.samples()).map(StateTargets::bytes).toList(),
                new Allowance(4 << 20, 512))
            .withWords("null", "{}", "[", "]", "\"job\":", "\"result\":", "1e9", "\"-\"", "\\u0000")
            .betweenNodes(),
        FuzzTarget.of(
                "tokens",
                input -> Tokens.of(Files.write(file, input)).size(),
                Set.of(JobException.class),
                List.of(bytes(TOKENS)),
                new Allowance(64 << 20, 4096))
            .withWords("tokens", "name", "role", "admin", "sha256", "{", "}", "[", "]", "${x}"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
