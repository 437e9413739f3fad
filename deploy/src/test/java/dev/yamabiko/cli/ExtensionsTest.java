package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.api.Model;
import dev.yamabiko.api.YamabikoException;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.job.Extensions;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers and other things from a user's jar, as its author meets them: the guide's own examples.
 */
@Timeout(120)
class ExtensionsTest {

  @TempDir private static Path directory;
  private static Path guide;
  private static JsonNode trained;

  @BeforeAll
  static void train() throws IOException {
    guide = ExtensionJars.ofGuide(directory);
    Files.writeString(directory.resolve("points.txt"), ExtensionJars.points());
    Files.writeString(directory.resolve("job.conf"), ExtensionJars.jobOfGuide());
    trained = train("run", "--workers", "1");
  }

  @AfterAll
  static void forget() {
    Extensions.use(Extensions.ofClassPath());
  }

  private static Invocation run(String... arguments) {
    forget();
    return Invocation.of(directory, List.of(arguments));
  }

  private static JsonNode train(String out, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "job.conf", "--json", "--out", out));
    arguments.addAll(List.of("--extensions", guide.toString()));
    arguments.addAll(List.of(more));
    return done(arguments.toArray(String[]::new)).json();
  }

  private static Invocation done(String... arguments) {
    Invocation invocation = run(arguments);
    assertEquals(0, invocation.exitCode(), invocation.err());
    return invocation;
  }

  /** The one line of a command that refuses its input. */
  private static String refusal(String... arguments) {
    Invocation invocation = run(arguments);
    assertEquals(2, invocation.exitCode(), invocation.err() + invocation.out());
    assertEquals(1, invocation.err().lines().count(), invocation.err());
    return invocation.err().strip();
  }

  private static void assertRefused(String expected, String... arguments) {
    String refusal = refusal(arguments);
    assertTrue(refusal.contains(expected), () -> expected + " is not in: " + refusal);
    assertFalse(refusal.contains("\tat "), refusal);
  }

  @Test
  void shouldTrainTheGuidesJobToTheSameBitsOnAnyNumberOfWorkers() {
    for (String workers : List.of("2", "3")) {
      JsonNode again = train("run-" + workers, "--workers", workers);
      assertEquals(trained.path("weights_sha256"), again.path("weights_sha256"));
      assertEquals(trained.path("data_sha256"), again.path("data_sha256"));
    }
    // The targets' own deviation is 0.86.
    assertTrue(trained.path("validation_rmse").asDouble() < 0.4, trained.toString());
  }

  @Test
  void shouldHoldTheGuidesDerivativesAgainstTheCentralDifference() {
    Invocation checked = done("gradcheck", "job.conf", "--extensions", guide.toString());
    assertTrue(checked.out().contains("layer 1 (prelu 0.25)  1.a"), checked.out());
  }

  @Test
  void shouldUseATrainedModelWithItsExtensions() throws IOException {
    Files.writeString(directory.resolve("data.conf"), "lines { file = points.txt }");
    JsonNode measured =
        done("evaluate", "run", "--data", "data.conf", "--json", "--extensions", guide.toString())
            .json();
    assertEquals(240, measured.path("examples").asInt());
    Files.writeString(directory.resolve("new.csv"), "a,b,c\n0.1,0.2,0.3\n0.4,0.5,0.6\n");
    Invocation said = done("predict", "run", "--input", "new.csv", "--extensions", guide + "");
    assertEquals(3, said.out().lines().count(), said.out());
    assertRefused(
        "this job uses an extension that is not here, layer \"prelu\"; give its jar by"
            + " --extensions or YAMABIKO_EXTENSIONS",
        "predict",
        "run",
        "--input",
        "new.csv");
  }

  @Test
  void shouldReadTheClassesFromADirectoryOrAmongOtherJarsToTheSameName() throws IOException {
    String expected = Files.readString(directory.resolve("run/job.conf"));
    assertTrue(expected.contains("\"prelu\" : \""), expected);
    Path jars = Files.createDirectories(directory.resolve("jars"));
    Files.copy(guide, jars.resolve("a.jar"), StandardCopyOption.REPLACE_EXISTING);
    for (Path place : List.of(ExtensionJars.classes(guide), jars)) {
      assertEquals(
          Extensions.load(List.of(guide)).hashes(), Extensions.load(List.of(place)).hashes());
    }
    Path library = ExtensionJars.library(jars.resolve("b.jar"), 1);
    String with = Extensions.load(List.of(jars)).hashes().get("layer.prelu");
    assertFalse(expected.contains(with), with);
    assertEquals(
        with, Extensions.load(List.of(library, jars.resolve("a.jar"))).hashes().get("layer.prelu"));
    Files.delete(library);
  }

  @Test
  void shouldNotLetAnExtensionCallWhatItsNameDoesNotCover() throws IOException {
    Path calls =
        jar(
            "calls.jar",
            layer(
                "Calls",
                "calls",
                """
                try {
                  Class.forName("example.Library");
                  Class.forName("example.Prelu");
                  return this;
                } catch (ClassNotFoundException e) {
                  throw new IllegalStateException(e.getMessage());
                }
                """));
    Path library = ExtensionJars.library(directory.resolve("used.jar"), 4);
    // It sees the library, which is part of its name, and not the guide's jar, which is not.
    assertRefused(
        "the extension example.Calls in %s threw java.lang.IllegalStateException: example.Prelu"
            .formatted(calls),
        "check",
        "job.conf",
        "--extensions",
        guide.toString(),
        "--extensions",
        calls.toString(),
        "--extensions",
        library.toString(),
        "--set",
        "model=[ calls, { dense { units = 1 } } ]");
    assertEquals(
        Extensions.load(List.of(guide)).hashes().get("layer.prelu"),
        Extensions.load(List.of(guide, calls)).hashes().get("layer.prelu"));
  }

  @Test
  void shouldRefuseAJarThatBringsInAnotherByItsManifest() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("manifest"));
    Path library = ExtensionJars.library(folder.resolve("beside.jar"), 5);
    Path naming = folder.resolve("naming.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "not-there.jar beside.jar");
    ExtensionJars.withManifest(guide, manifest, naming);
    assertRefused(
        "extensions: %s: its manifest's Class-Path names %s, which is not among the libraries given"
            .formatted(naming, library),
        "check",
        "job.conf",
        "--extensions",
        naming.toString());
    done(
        "check", "job.conf", "--extensions", naming.toString(), "--extensions", library.toString());
  }

  @Test
  void shouldKnowADataSourceOfItsOwnAgainHoweverItsPathsAreWritten() throws IOException {
    Extensions.use(Extensions.load(List.of(guide)));
    Path file = directory.resolve("job.conf");
    Job job = JobFile.read(file, List.of(), directory);
    Job kept = JobFile.parse(job.resolved(), "kept", Path.of(""), List.of());
    assertEquals(job.data(), kept.data());
    assertEquals(job.data().hashCode(), kept.data().hashCode());
    // The dataset cache is asked by its identity.
    String around = "data.train.lines.file=../%s/points.txt".formatted(directory.getFileName());
    assertEquals(
        ((DataSource.Extended) job.data().train()).identity(),
        ((DataSource.Extended) JobFile.read(file, List.of(around), directory).data().train())
            .identity());
    assertNotEquals(
        job.data(),
        JobFile.read(file, List.of("data.train.lines.file=job.conf"), directory).data());
    // Of another version of the extension it is another source.
    Path library = ExtensionJars.library(directory.resolve("six.jar"), 6);
    Extensions.use(Extensions.load(List.of(guide, library)));
    assertNotEquals(job.data(), JobFile.read(file, List.of(), directory).data());
  }

  @Test
  void shouldNotGoOnWithAnotherVersionOfAnExtension() throws IOException {
    Path jars = Files.createDirectories(directory.resolve("newer"));
    Files.copy(guide, jars.resolve("a.jar"), StandardCopyOption.REPLACE_EXISTING);
    ExtensionJars.library(jars.resolve("b.jar"), 2);
    train("resumed", "--set", "epochs=2");
    String other = jars.toString();
    assertRefused(
        "--resume: the run in %s cannot go on: extensions.augmentation.fade was \""
            .formatted(directory.resolve("resumed")),
        "train",
        "job.conf",
        "--out",
        "resumed",
        "--resume",
        "--extensions",
        other);
    assertRefused(
        ": extensions.augmentation.fade: the job was made with another extension of"
            + " this name: expected the SHA-256 ",
        "check",
        "resumed/job.conf",
        "--extensions",
        other);
    Files.writeString(directory.resolve("data.conf"), "lines { file = points.txt }");
    String model = ": the job was made with another extension of this name: expected the SHA-256 ";
    assertRefused(model, "evaluate", "run", "--data", "data.conf", "--extensions", other);
    Files.writeString(directory.resolve("one.csv"), "a,b,c\n0.1,0.2,0.3\n");
    assertRefused(model, "predict", "run", "--input", "one.csv", "--extensions", other);
    // One whose layers the weights do not even fit.
    String bare =
        layer("Prelu", "prelu", "return this;")
            .replace(
                "@Override public float value",
                "@Override public java.util.List<String> options() {"
                    + " return java.util.List.of(\"slope\"); }"
                    + " @Override public float value");
    Path unfit = ExtensionJars.ofGuideWith("example.Prelu", bare, directory.resolve("unfit.jar"));
    assertRefused(model, "predict", "run", "--input", "one.csv", "--extensions", unfit.toString());
    // The last to read extensions by: as a program that has the other jars.
    YamabikoException refused =
        assertThrows(YamabikoException.class, () -> Model.load(directory.resolve("run")));
    assertTrue(refused.isInputWrong());
    assertTrue(refused.getMessage().contains(model), refused.getMessage());
    JsonNode gone = train("resumed", "--resume");
    assertEquals(trained.path("weights_sha256"), gone.path("weights_sha256"));
  }

  @Test
  void shouldReadAKeptJobAgainAndForgetWhatItNoLongerUses() {
    JsonNode again =
        done("train", "run/job.conf", "--json", "--out", "kept", "--extensions", guide.toString())
            .json();
    assertEquals(trained.path("weights_sha256"), again.path("weights_sha256"));
    String swish = Extensions.load(List.of(guide)).hashes().get("layer.swish");
    Invocation plain =
        done(
            "check",
            "run/job.conf",
            "--extensions",
            guide.toString(),
            "--set",
            "model=[{dense{units=1}}]",
            "--set",
            "extensions.layer.swish=" + swish);
    assertFalse(plain.out().contains("prelu"), plain.out());
  }

  @Test
  void shouldRefuseWrongOptionsAsThoseOfBuiltInThings() {
    String jar = guide.toString();
    assertRefused(
        "--set model: model[0]: expected dense, conv2d, max-pool, average-pool, global-average-pool, flatten,"
            + " relu, leaky-relu, gelu, sigmoid, tanh, softmax, dropout, batch-norm, layer-norm,"
            + " residual, prelu or swish but found \"swich\"; did you mean \"swish\"?",
        withModel(jar, "swich"));
    assertRefused(
        "model[0].prelu.slop: unknown key; did you mean \"slope\"? Known keys: slope",
        withModel(jar, "{ prelu { slop = 1 } }"));
    assertRefused(
        "model[0].prelu.slope: expected a number of at least 0 and less than 1 but found 1",
        withModel(jar, "{ prelu { slope = 1 } }"));
    assertRefused(
        "--set data.train.lines.file: no such file: " + directory.resolve("none.txt"),
        "check",
        "job.conf",
        "--extensions",
        jar,
        "--set",
        "data.train.lines.file=none.txt");
    assertRefused(
        "data source lines threw java.lang.NumberFormatException: For input string: \"name\"",
        "check",
        "job.conf",
        "--extensions",
        jar,
        "--set",
        "data.train.lines.file=job.conf");
  }

  private static String[] withModel(String jar, String layer) {
    String model = "model=[ %s, { dense { units = 1 } } ]".formatted(layer);
    return new String[] {
      "check", "job.conf", "--extensions", guide.toString(), "--extensions", jar, "--set", model
    };
  }

  @Test
  void shouldRefuseAPlaceWithoutExtensions() throws IOException {
    assertPlaceRefused("none", "extensions: %s: no such file or directory");
    Files.createDirectories(directory.resolve("empty"));
    assertPlaceRefused("empty", "extensions: %s: expected jars, or classes and META-INF/services/");
    assertPlaceRefused("points.txt", "extensions: %s: cannot be read as a jar: ");
    ExtensionJars.library(directory.resolve("library.jar"), 3);
    assertPlaceRefused("library.jar", "extensions: %s: expected an extension but found none");
  }

  private static void assertPlaceRefused(String place, String expected) {
    assertRefused(
        expected.formatted(directory.resolve(place)), "check", "job.conf", "--extensions", place);
  }

  /** An element-wise layer of this class and kind, with more of a body. */
  private static String layer(String type, String kind, String body) {
    return """
    package example;
    import dev.yamabiko.extension.*;
    public final class %s implements LayerExtension, ElementWise {
      @Override public String kind() { return "%s"; }
      @Override public ElementWise make(Options options) { %s }
      @Override public float value(float x) { return x; }
      @Override public float derivative(float x) { return 1; }
    }
    """
        .formatted(type, kind, body);
  }

  private static Path jar(String name, String... sources) throws IOException {
    return ExtensionJars.of(directory.resolve(name), List.of(sources));
  }

  @Test
  void shouldSayWhichOneHasEndedTheProcess() throws Exception {
    Path quits = jar("quits.jar", layer("Quits", "quits", "System.exit(0); return this;"));
    Path work = Files.createDirectory(directory.resolve("quitting"));
    List<String> command =
        List.of(
            "check",
            directory.resolve("job.conf").toString(),
            "--json",
            "--extensions",
            guide.toString(),
            "--extensions",
            quits.toString(),
            "--set",
            "model=[ quits, { dense { units = 1 } } ]");
    Jvms.Finished finished =
        Jvms.finish(Jvms.start(Jvms.current(), List.of(), command, work), work);
    assertEquals(1, finished.exitCode(), finished.err());
    String said = "example.Quits.make (Quits.java:5) has ended this process by System.exit";
    assertTrue(finished.err().contains("yamabiko: " + said), finished.err());
    assertTrue(
        finished.lastLine().startsWith("{\"status\":\"failed\",\"error\":\"" + said),
        finished.out());
  }

  @Test
  void shouldNameBothThingsOfOneName() throws IOException {
    Path relu = jar("relu.jar", layer("OwnRelu", "relu", "return this;"));
    assertRefused(
        "extensions: example.OwnRelu in %s has the name of a built-in layer, \"relu\"; give it another"
            .formatted(relu),
        "check",
        "job.conf",
        "--extensions",
        relu.toString());
    Path two = jar("two.jar", layer("Other", "prelu", "return this;"));
    assertRefused(
        "extensions: example.Prelu in %s and example.Other in %s have one name, layer \"prelu\";"
            .formatted(guide, two),
        "check",
        "job.conf",
        "--extensions",
        guide.toString(),
        "--extensions",
        two.toString());
    Path copy = directory.resolve("copy.jar");
    Files.copy(guide, copy, StandardCopyOption.REPLACE_EXISTING);
    assertRefused(
        "extensions: example.Prelu is there more than once: in %s and %s; leave one of them"
            .formatted(copy, guide),
        "check",
        "job.conf",
        "--extensions",
        guide.toString(),
        "--extensions",
        copy.toString());
  }

  @Test
  void shouldNameWhatThrowsOrMakesSomethingElse() throws IOException {
    Path odd =
        jar(
            "odd.jar",
            layer("Throws", "throws", "throw new IllegalStateException(\"no\");"),
            layer("Asserts", "asserts", "throw new AssertionError(\"no\");"),
            layer("Nothing", "nothing", "return null;"),
            layer("Unlike", "unlike", "return new Unlike();"),
            layer("Unequal", "unequal", "return new Unequal();")
                .replace(
                    "@Override public String kind",
                    "@Override public boolean equals(Object o) { throw new IllegalStateException(\"never\"); } @Override public int hashCode() { return 1; } @Override public String kind"),
            layer("Named", "named", "return new Nothing();"),
            layer("Asks", "asks", "options.flag(\"deep\", false); return this;"),
            layer("Files", "files", "options.file(\"deep\"); return this;"),
            layer("Deep", "deep", "return make(options);"));
    String place = "--set model: ";
    assertMade(odd, "throws", "example.Throws in %s threw java.lang.IllegalStateException: no");
    assertMade(odd, "asserts", "example.Asserts in %s threw java.lang.AssertionError: no");
    assertMade(odd, "nothing", "example.Nothing in %s makes null");
    assertMade(odd, "unlike", "example.Unlike in %s makes unlike things of the same options");
    assertMade(
        odd, "unequal", "example.Unequal in %s threw java.lang.IllegalStateException: never");
    assertMade(odd, "named", "example.Named in %s makes what calls itself \"nothing\"");
    assertMade(odd, "asks", "example.Asks in %s threw java.lang.IllegalArgumentException: deep is");
    assertMade(odd, "files", "example.Files in %s threw java.lang.UnsupportedOperationException");
    assertMade(odd, "deep", "example.Deep in %s threw java.lang.StackOverflowError");
    assertTrue(refusal(withModel(odd.toString(), "throws")).contains(place));
    Path broken =
        jar(
            "broken.jar",
            layer("Broken", "broken", "return this;")
                .replace(
                    "@Override public String kind",
                    "private Broken() {} @Override public String kind"));
    assertRefused(
        "extensions: example.Broken", "check", "job.conf", "--extensions", broken.toString());
    Path loud = jar("loud.jar", layer("Loud", "Loud", "return this;"));
    assertRefused(
        "extensions: example.Loud in %s: expected names of at most 64 lower-case letters"
            .formatted(loud),
        "check",
        "job.conf",
        "--extensions",
        loud.toString());
  }

  private static void assertMade(Path jar, String layer, String expected) {
    assertRefused("the extension " + expected.formatted(jar), withModel(jar.toString(), layer));
  }

  @Test
  void shouldRefuseToCheckALayerWithoutItsFormula() throws IOException {
    Path bare = jar("bare.jar", layer("Bare", "bare", "return this;"));
    assertRefused(
        "bare cannot be checked: it has no reference formula, which gradcheck differentiates",
        "gradcheck",
        "job.conf",
        "--extensions",
        guide.toString(),
        "--extensions",
        bare.toString(),
        "--set",
        "model=[{dense{units=3}}, bare, {dense{units=1}}]");
  }

  @Test
  void shouldTakePlacesFromTheEnvironmentWhereNoneAreGiven() {
    String several = "a.jar" + File.pathSeparator + "/b";
    Map<String, String> environment = Map.of("YAMABIKO_EXTENSIONS", several);
    assertEquals(
        List.of(directory.resolve("a.jar"), Path.of("/b")),
        ExtensionOptions.paths(List.of(), environment, directory));
    assertEquals(
        List.of(directory.resolve("c.jar")),
        ExtensionOptions.paths(List.of(Path.of("c.jar")), environment, directory));
    assertEquals(List.of(), ExtensionOptions.paths(List.of(), Map.of(), directory));
  }
}
