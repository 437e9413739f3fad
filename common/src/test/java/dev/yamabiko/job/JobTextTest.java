package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be read, and files that include others. */
class JobTextTest {
  @TempDir Path folder;

  private void assertError(String message, Path file) {
    JobException e = assertThrows(JobException.class, () -> JobFile.read(file, List.of()));
    assertEquals(message, e.getMessage());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void shouldSayWhyAFileIsNoJobFile() throws IOException {
    Path missing = folder.resolve("missing.conf");
    assertError(missing + ": no such file", missing);
    assertError(folder + ": expected a job file but found a directory", folder);
    assertError("/: expected a job file but found a directory", Path.of("/"));
    Path empty = write("empty.conf", "");
    assertError(empty + ": expected a job but the file is empty", empty);
    Path large = write("large.conf", "#".repeat(JobText.LIMIT + 1));
    assertError(large + ": expected a job file of at most 1 MiB but found a larger one", large);
    Path full = write("full.conf", "#".repeat(JobText.LIMIT));
    assertError(full + ": expected a job but the file is empty", full);
  }

  @Test
  void shouldNameTheLineWhenTheFileIsNotUtf8() throws IOException {
    Path file = folder.resolve("latin.conf");
    Files.write(file, "a = 1\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertError(file + ":2: expected UTF-8 text but found other bytes", file);
    Files.write(file, "a = caf\u00e9".getBytes(StandardCharsets.UTF_16));
    assertError(file + ":1: expected UTF-8 text but found other bytes", file);
  }

  @Test
  void shouldNameFileAndLineOfWhatIsIncluded() throws IOException {
    Path base = write("base.conf", SampleJob.with("batch-size = 0"));
    Path job = write("job.conf", "include \"base.conf\"\n");
    assertError(base + ":5: batch-size: expected an integer of at least 1 but found 0", job);
    write("base.conf", "a = [");
    assertError(
        base + ":1: not valid HOCON: expected a value, ',' or ']' in a list but found end of file",
        job);
  }

  @Test
  void shouldRefuseIncludesThatCannotBe() throws IOException {
    Path job = write("job.conf", "seed = 1\ninclude \"none.conf\"\n");
    assertError(job + ":2: include \"none.conf\": no such file", job);
    write("job.conf", "\n\ndata { include required(file(\"none.conf\")) }\n");
    assertError(job + ":3: include \"none.conf\": no such file", job);
    write("job.conf", "include url(\"http://127.0.0.1:1/x\")\n");
    assertError(job + ":1: include \"http://127.0.0.1:1/x\": only files can be included", job);
    write("job.conf", "include \"/dev/zero\"\n");
    assertError(
        job + ":1: include \"/dev/zero\": expected a file but found a pipe or a device", job);
    write("job.conf", "include classpath(\"x.conf\")\n");
    assertError(job + ":1: include \"x.conf\": only files can be included", job);
  }

  @Test
  void shouldRefuseAFileThatIncludesItself() throws IOException {
    Path job = write("job.conf", "include \"other.conf\"\n");
    Path other = write("other.conf", "\ninclude \"./job.conf\"\n");
    assertError(
        other
            + ":2: include \"./job.conf\": this file is being read already, it cannot include"
            + " itself",
        job);
  }

  @Test
  void shouldSayThatASubstitutionIsUnknown() throws IOException {
    Path job = write("job.conf", "seed = ${NO_SUCH_VARIABLE_HERE}\n");
    assertError(
        job
            + ":1: ${NO_SUCH_VARIABLE_HERE} is neither a key of this job nor an environment"
            + " variable",
        job);
  }
}
