package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image's check is a JVM of its own, in whose environment are the options of the node's. */
class ImageHealthCheckTest {

  private static final Pattern CHECK =
      Pattern.compile("HEALTHCHECK [^\\[]*CMD \\[(.*?)]", Pattern.DOTALL);

  private static List<String> command() throws Exception {
    Matcher check = CHECK.matcher(Files.readString(Path.of("docker/Dockerfile")));
    check.find();
    List<String> command = new ArrayList<>();
    Matcher word = Pattern.compile("\"([^\"]*)\"").matcher(check.group(1));
    while (word.find()) {
      command.add(word.group(1).replace("/app/health", "target/classes"));
    }
    command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    return command;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+ExitOnOutOfMemoryError",
        "-Xms2g -XX:+UseZGC",
        "-Xmx4g -XX:+UseParallelGC",
        "-Xms1g -Xmn512m -XX:+UseG1GC"
      })
  void shouldRunWhateverHeapAndCollectorTheNodeHas(String options) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command());
    builder.environment().put("JDK_JAVA_OPTIONS", options);
    builder.environment().remove(HealthOptions.VARIABLE);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor());
    String last = out.strip().lines().reduce("", (before, line) -> line);
    assertEquals("no port in " + HealthOptions.VARIABLE, last, out);
  }
}
