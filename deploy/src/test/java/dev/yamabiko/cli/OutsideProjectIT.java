package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.api.Model;
import dev.yamabiko.api.TrainingJob;
import dev.yamabiko.api.Yamabiko;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else's program, made by Maven from the README's lines and one dependency. */
@Timeout(400)
class OutsideProjectIT {

  private static final Path PROJECT = Path.of("src/test/resources/outside");
  private static final int MOST_LINES = 20;

  @TempDir Path folder;

  @Test
  void shouldTrainAndPredictWithOneDependency() throws Exception {
    assumeTrue(OutsideProject.hasMaven(), "there is no mvn on the PATH");
    OutsideProject outside = new OutsideProject(folder);
    outside.copy(PROJECT);
    Path job = Path.of("jobs/trips.conf").toAbsolutePath();
    Path data = Files.createDirectory(outside.project().resolve("data"));
    Files.copy(job.resolveSibling("data/trips.csv"), data.resolve("trips.csv"));
    Files.copy(job, outside.project().resolve("trips.conf"));
    Path table =
        Files.writeString(
            folder.resolve("new.csv"),
            """
            weather,day,area,distance_km,age,luggage_kg
            sunny,weekday,suburb,6.5,19,2.1
            """);

    OutsideProject.Ended ended =
        outside.maven(
            List.of(
                outside.goal("org.apache.maven.plugins", "maven-compiler-plugin", "compile"),
                outside.goal("org.codehaus.mojo", "exec-maven-plugin", "exec"),
                "-Dexec.executable=" + System.getProperty("java.home") + "/bin/java",
                "-Dexec.args=--add-modules jdk.incubator.vector -classpath %classpath Trips",
                outside.goal(
                    "org.apache.maven.plugins", "maven-dependency-plugin", "build-classpath"),
                "-Dmdep.outputFile=classpath"));

    assertEquals(0, ended.exitCode(), ended.output());
    String weights =
        Yamabiko.train(TrainingJob.file(job).set("epochs", 3)).weightsSha256().orElseThrow();
    List<String> lines = ended.output().lines().toList();
    assertTrue(lines.contains("COMPLETED " + weights), ended.output());
    assertEquals(
        List.of("1", "2", "3"),
        lines.stream()
            .filter(line -> line.startsWith("epoch "))
            .map(line -> line.substring(6, 7))
            .toList());
    Model model = Model.load(outside.project().resolve("trips.safetensors"));
    assertEquals(weights, model.weightsSha256());
    String prediction = model.predictFile(table).get(0).toString();
    assertTrue(lines.contains(prediction), ended.output());
    // No log and no command line among them, and nothing in another version.
    assertEquals(
        OutsideProject.tested(), OutsideProject.jars(outside.project().resolve("classpath")));
  }

  @Test
  void shouldBeTheReadmesLines() throws Exception {
    String source = Files.readString(PROJECT.resolve("src/main/java/Trips.java"));
    String pom = Files.readString(PROJECT.resolve("pom.xml"));
    String readme = Files.readString(Path.of("../README.md"));
    assertTrue(readme.contains("```java\n" + source + "```\n"), "another program: " + source);
    String dependency =
        pom.substring(pom.indexOf("    <dependency>"), pom.indexOf("  </dependencies>"))
            .stripTrailing()
            .stripIndent();
    assertTrue(readme.contains("```xml\n" + dependency + "\n```\n"), "another dependency");
    int main = source.indexOf("main(String[] args) {");
    long lines = source.substring(main, source.indexOf("\n  }", main)).lines().skip(1).count();
    assertTrue(lines < MOST_LINES, lines + " lines");
  }
}
