package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image names each jar in one order, since its archive of classes is for one order alone. */
class ImageClassPathTest {

  @TempDir private Path place;

  @Test
  void shouldNameJarsInOneOrder() throws Exception {
    Path lib = Files.createDirectory(place.resolve("lib"));
    for (String name : List.of("b.jar", "yamabiko.jar", "a.jar", "notes.txt")) {
      Files.createFile(lib.resolve(name));
    }
    Path out = place.resolve("image/classpath");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "src/codegen/ImageClassPath.java",
            lib.toString(),
            "/app/lib",
            out.toString());
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    assertEquals(
        "-cp /app/lib/a.jar:/app/lib/b.jar:/app/lib/yamabiko.jar\n", Files.readString(out));
  }

  @Test
  void shouldLeaveNoOrderToADirectory() throws Exception {
    assertFalse(Files.readString(Path.of("docker/Dockerfile")).contains("/lib/*\""));
  }
}
