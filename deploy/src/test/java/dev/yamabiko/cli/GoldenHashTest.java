package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The weights of example jobs have hashes that are committed, and every vector width, the scalar
 * kernels and other JDKs must give them. Rewritten only with {@code -Dgolden.write=true}.
 */
class GoldenHashTest {

  private static final String GOLDEN = "src/test/resources/golden/weights.properties";
  private static final String VECTOR = "--add-modules=jdk.incubator.vector";

  @TempDir private Path directory;

  /** A way to run the command: a name, the JDK's feature version (0: this one) and its flags. */
  record Jvm(String name, int feature, List<String> flags) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A job: its name in the golden file, the example and its settings. */
  record Run(String name, String job, List<String> settings) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Jvm> JVMS =
      List.of(
          new Jvm("default", 0, List.of(VECTOR)),
          new Jvm("avx2", 0, List.of(VECTOR, "-XX:UseAVX=2")),
          new Jvm("128 bits", 0, List.of(VECTOR, "-XX:MaxVectorSize=16")),
          new Jvm("64 bits", 0, List.of(VECTOR, "-XX:MaxVectorSize=8")),
          new Jvm("scalar", 0, List.of()),
          new Jvm("jdk 25", 25, List.of(VECTOR)));

  /** Who train a whole epoch, too: the other vectors' kernels are those of the smaller jobs. */
  private static final Set<String> WHOLE_EPOCH_JVMS = Set.of("default", "jdk 25");

  /** What every build tries: the widest vectors, and none. */
  private static final Set<String> EVERYDAY_JVMS = Set.of("default", "scalar");

  /** What validates changes no weights: only a little of it where there is much. */
  private static final List<Run> SMALL =
      List.of(
          new Run(
              "digits-small",
              "digits.conf",
              List.of(
                  "data.train.builtin.examples=700",
                  "data.validation.builtin.examples=100",
                  "epochs=2")),
          new Run("spirals-small", "spirals.conf", List.of("epochs=2")),
          new Run("everything", "../src/test/resources/jobs/everything.conf", List.of()),
          new Run(
              "everything-rounded",
              "../src/test/resources/jobs/everything.conf",
              List.of("communication.gradients=bfloat16", "communication.weights=bfloat16")));

  private static final Run DIGITS = new Run("digits-epoch", "digits.conf", List.of("epochs=1"));

  static Stream<Jvm> everydayJvms() {
    return JVMS.stream().filter(jvm -> EVERYDAY_JVMS.contains(jvm.name()));
  }

  static Stream<Jvm> otherJvms() {
    return JVMS.stream().filter(jvm -> !WHOLE_EPOCH_JVMS.contains(jvm.name()));
  }

  /** All but the one whose vectors take longest, for the little that others do not show. */
  static Stream<Jvm> jvms() {
    return JVMS.stream().filter(jvm -> !jvm.name().equals("64 bits"));
  }

  @Tag("everyday")
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "on {0}")
  @MethodSource("everydayJvms")
  void shouldGiveGoldenHash(Jvm jvm) throws Exception {
    check(jvm, SMALL.subList(0, 1));
  }

  @Tag("slow")
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "on {0}")
  @MethodSource("jvms")
  void shouldGiveGoldenHashesOfAllJobs(Jvm jvm) throws Exception {
    List<Run> runs = new ArrayList<>(SMALL);
    if (WHOLE_EPOCH_JVMS.contains(jvm.name())) {
      runs.add(DIGITS);
    }
    check(jvm, runs);
  }

  @Tag("soak")
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest(name = "on {0}")
  @MethodSource("otherJvms")
  void shouldGiveGoldenHashesOfAllJobsAndOfAWholeEpoch(Jvm jvm) throws Exception {
    List<Run> runs = new ArrayList<>(SMALL);
    runs.add(DIGITS);
    check(jvm, runs);
  }

  /** One process for all runs: starting and warming up takes longer than most of them. */
  private void check(Jvm jvm, List<Run> runs) throws Exception {
    Optional<Path> jdk =
        jvm.feature() == 0 ? Optional.of(Jvms.current()) : Jvms.installed(jvm.feature());
    assumeTrue(jdk.isPresent(), "no JDK " + jvm.feature() + " is installed beside this one");
    List<String> arguments = new ArrayList<>();
    for (Run run : runs) {
      Path job = Path.of("jobs", run.job()).toAbsolutePath();
      arguments.addAll(
          List.of("train", job.toString(), "--workers", "2", "--json", "--out", run.name()));
      run.settings().forEach(setting -> arguments.addAll(List.of("--set", setting)));
      arguments.add(SeveralCommands.END);
    }
    Jvms.Finished finished =
        Jvms.finish(
            Jvms.start(SeveralCommands.class, jdk.get(), jvm.flags(), arguments, directory),
            directory);
    assertEquals(0, finished.exitCode(), finished.err());
    for (Run run : runs) {
      String result = Files.readString(directory.resolve(run.name()).resolve("result.json"));
      String hash = new ObjectMapper().readTree(result).path("weights_sha256").asText();
      assertEquals(golden(run.name(), hash), hash, run.name());
    }
  }

  private static synchronized String golden(String name, String found) throws IOException {
    Properties golden = new Properties();
    Path file = Path.of(GOLDEN);
    if (Files.exists(file)) {
      try (InputStream in = Files.newInputStream(file)) {
        golden.load(in);
      }
    }
    if (Boolean.getBoolean("golden.write") && !golden.containsKey(name)) {
      golden.setProperty(name, found);
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(file)) {
        golden.store(out, null);
      }
    }
    return golden.getProperty(name, "no golden value for " + name);
  }
}
