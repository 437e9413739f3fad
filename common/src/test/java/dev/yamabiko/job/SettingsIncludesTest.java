package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of settings that would keep their reader busy, and those that it takes. */
@Timeout(180)
class SettingsIncludesTest {

  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String refused(Path file) {
    return assertThrows(JobException.class, () -> Hocon.read(file, "a configuration")).getMessage();
  }

  @Test
  void shouldReadWhatASmallFileIncludesInEachWay() throws IOException {
    write("base.conf", "a = 1, b = 2");
    write("more.json", "{\"c\": 3}");
    Path file =
        write(
            "node.conf",
            """
            include "base.conf"
            include "more"
            include "missing"
            include file("%s")
            x { include "base" }
            b = ${c}
            """
                .formatted(write("other.conf", "d = 4")));
    var read = Hocon.read(file, "a configuration");
    assertEquals(1, read.getInt("a"));
    assertEquals(3, read.getInt("b"));
    assertEquals(4, read.getInt("d"));
    assertEquals(2, read.getInt("x.b"));
  }

  @Test
  void shouldRefuseAFileThatKeepsItsReaderBusy() throws IOException {
    Path words = write("words.conf", "a = " + "b ".repeat(100_000));
    assertTrue(refused(words).startsWith(words + ": expected a comma or a line end"));
    Path deep = write("deep.conf", "a = " + "[".repeat(200_000));
    assertEquals(deep + ": objects and lists are nested too deeply", refused(deep));
  }

  @Test
  void shouldRefuseIncludesThatMultiply() throws IOException {
    write("f0.conf", "a = 1");
    for (int i = 1; i <= 30; i++) {
      write("f" + i + ".conf", "x { include \"f%d\" }\ny { include \"f%1$d\" }".formatted(i - 1));
    }
    Path file = folder.resolve("f30.conf");
    assertEquals(
        file
            + ": expected at most 100 files that it includes, each as often as that is done, but found more",
        refused(file));
  }

  @Test
  void shouldCountWhatIsIncludedAsPartOfTheFile() throws IOException {
    write("text.conf", "#".repeat(JobText.LIMIT / 4));
    Path large = write("large.conf", "include \"text.conf\"\n".repeat(5));
    assertEquals(
        large + ": expected at most 1 MiB with all that it includes but found more",
        refused(large));
    write("part.conf", "a = 1\n" + "b = ${a}\n".repeat(30));
    Path substitutions = write("substitutions.conf", "include \"part.conf\"\n".repeat(4));
    assertTrue(
        refused(substitutions)
            .startsWith(substitutions + ": expected at most 100 substitutions ${...}"));
    Path device = write("device.conf", "include file(\"/dev/zero\")");
    assertEquals(
        "/dev/zero: expected a file of settings but found no regular file", refused(device));
  }
}
