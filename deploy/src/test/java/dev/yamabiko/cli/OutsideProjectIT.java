package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.api.Model;
import dev.yamabiko.api.TrainingJob;
import dev.yamabiko.api.Yamabiko;
import dev.yamabiko.api.YamabikoException;
import dev.yamabiko.job.Extensions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody else's program, made by Maven from the README's lines, one dependency, and a layer that
 * is on that program's class path and not on this one's.
 */
@Timeout(600)
class OutsideProjectIT {

  private static final Path PROJECT = Path.of("src/test/resources/outside");
  private static final int MOST_LINES = 20;
  private static final Path JOB = Path.of("jobs/trips.conf").toAbsolutePath();

  @TempDir Path folder;

  @AfterEach
  void forget() {
    Extensions.use(Extensions.ofClassPath());
  }

  @Test
  void shouldTrainAndPredictWithOneDependencyAndWithALayerOfItsOwn() throws Exception {
    assumeTrue(OutsideProject.hasMaven(), OutsideProject.NO_MAVEN);
    OutsideProject outside = new OutsideProject(folder);
    outside.copy(PROJECT);
    ExtensionJars.addOfGuide("example.Prelu", outside.project());
    Path data = Files.createDirectory(outside.project().resolve("data"));
    Files.copy(JOB.resolveSibling("data/trips.csv"), data.resolve("trips.csv"));
    Files.copy(JOB, outside.project().resolve("trips.conf"));
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
                outside.goal("org.apache.maven.plugins", "maven-resources-plugin", "resources"),
                outside.goal("org.apache.maven.plugins", "maven-compiler-plugin", "compile"),
                outside.goal("org.codehaus.mojo", "exec-maven-plugin", "exec"),
                "-Dexec.executable=" + OutsideProject.JAVA,
                "-Dexec.args=--add-modules jdk.incubator.vector -classpath %classpath Trips"
                    + " trips.conf 2",
                outside.goal(
                    "org.apache.maven.plugins", "maven-dependency-plugin", "build-classpath"),
                "-Dmdep.outputFile=classpath"));

    assertEquals(0, ended.exitCode(), ended.output());
    String weights =
        Yamabiko.train(TrainingJob.file(JOB).set("epochs", 3)).weightsSha256().orElseThrow();
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
    Path classpath = outside.project().resolve("classpath");
    assertEquals(OutsideProject.tested(), OutsideProject.jars(classpath));
    assertTrainsWithItsOwnLayer(outside, classpath, weights);
  }

  /** The same program, the same job but for the layer. */
  private static void assertTrainsWithItsOwnLayer(
      OutsideProject outside, Path classpath, String without) throws Exception {
    String layer = "layer-norm, gelu,";
    String text = Files.readString(JOB);
    assertTrue(text.contains(layer), text);
    Path job = outside.project().resolve("own.conf");
    Files.writeString(job, text.replace(layer, "layer-norm, { prelu { slope = 0.1 } },"));
    YamabikoException unknown =
        assertThrows(YamabikoException.class, () -> Yamabiko.train(TrainingJob.file(job)));
    assertTrue(unknown.getMessage().contains("prelu"), unknown.getMessage());

    OutsideProject.Ended one = outside.java(classpath, List.of("Trips", "own.conf", "1"));
    assertEquals(0, one.exitCode(), one.output());
    // Losses of every epoch, weights, probabilities.
    assertEquals(one, outside.java(classpath, List.of("Trips", "own.conf", "2")));

    List<String> train =
        List.of("train", "own.conf", "--set", "epochs=3", "--json", "--out", "run");
    List<String> command = new ArrayList<>(train);
    command.addAll(List.of("--workers", "3", "--extensions", "target/classes"));
    Invocation commanded = Invocation.of(outside.project(), command);
    assertEquals(0, commanded.exitCode(), commanded.err());
    String weights = commanded.json().path("weights_sha256").asText();
    assertNotEquals(without, weights);
    assertTrue(one.output().lines().toList().contains("COMPLETED " + weights), one.output());
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
