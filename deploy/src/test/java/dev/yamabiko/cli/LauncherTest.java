package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The launcher in a project of its own, with a Maven and a Java that only tell what they are asked.
 */
@Timeout(300)
class LauncherTest {

  private static final String[] MODULES = {"common", "coordinator", "worker", "api", "deploy"};
  private static final int LIMIT_SECONDS = 120;
  private static final Path LAUNCHER = Path.of("bin/yamabiko").toAbsolutePath();

  @TempDir Path place;

  private Path root;
  private Path javaHome;
  private String mavenFails = "";
  private String locale = "C.UTF-8";
  private Map<String, String> caches = Map.of();

  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void makeProject() throws IOException {
    place = place.toRealPath();
    root = Files.createDirectories(place.resolve("a project"));
    for (String module : MODULES) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      touch(root.resolve(module).resolve("pom.xml"));
    }
    touch(root.resolve("pom.xml"));
    Files.createDirectories(root.resolve("common/src/codegen"));
    Files.createDirectories(root.resolve("deploy/bin"));
    Files.copy(LAUNCHER, root.resolve("deploy/bin/yamabiko"));
    script(
        place.resolve("bin/mvn"),
        """
        echo built >>"%s/builds"
        echo "chatter of the build"
        echo "$JAVA_HOME" >"%s/mavens-java"
        [ -z "$MAVEN_FAILS" ] || exit 1
        [ ! -e "%s/slow" ] || { touch "%s/building" && exec sleep 100; }
        mkdir -p deploy/target/lib && echo jar >deploy/target/lib/yamabiko.jar
        sleep 0.3
        """
            .formatted(place, place, place, place));
    java("17.0.15", "java.base jdk.incubator.vector");
  }

  private void java(String version, String modules) throws IOException {
    javaHome = place.resolve("jdk");
    script(javaHome.resolve("bin/java"), "pwd; for a in \"$@\"; do echo \"[$a]\"; done; exit 42");
    Files.writeString(
        javaHome.resolve("release"),
        "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\nMODULES=\"%s\"\n".formatted(version, modules));
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void touch(Path file) throws IOException {
    Files.writeString(file, "");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  private Process start(Path launcher, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(place.toFile());
    builder.environment().put("PATH", place.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().put("MAVEN_FAILS", mavenFails);
    builder.environment().put("LC_ALL", locale);
    builder.environment().put("YAMABIKO_JAVA_OPTS", "-Xmx1g\n -Da=b");
    builder.environment().keySet().removeAll(List.of("HOME", "XDG_CACHE_HOME", "YAMABIKO_CACHE"));
    builder.environment().putAll(caches);
    return builder.start();
  }

  private Ended await(Process process) throws Exception {
    process.getOutputStream().close();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
    return new Ended(process.exitValue(), out, err);
  }

  private Ended run(String... args) throws Exception {
    return await(start(root.resolve("deploy/bin/yamabiko"), args));
  }

  private long builds() throws IOException {
    Path log = place.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> entries = Files.list(root.resolve("deploy/target/app"))) {
      return entries.filter(Files::isDirectory).toList();
    }
  }

  @Test
  void shouldTellTheCompilerWhatImagesTellIt() throws Exception {
    String commands =
        Files.readString(Path.of("docker/Dockerfile"))
            .lines()
            .filter(line -> line.contains("-XX:Compile") || line.contains("-XX:Tier4"))
            .map(line -> "[" + line.strip().replaceFirst("^\"(.*)\", \\\\$", "$1") + "]\n")
            .collect(Collectors.joining());
    assertNotEquals("", commands);
    assertTrue(
        run("train").out().contains("[-XX:MetaspaceSize=128m]\n" + commands + "[--add-modules]\n"),
        commands);
  }

  @Test
  void shouldBuildOnFirstUseAndBecomeJava() throws Exception {
    Ended ended = run("train", "my job.conf", "--set", "a=*");
    assertEquals(42, ended.code(), ended.err());
    assertEquals(BUILDING, ended.err());
    assertEquals(
        """
        %s
        [-XX:MetaspaceSize=128m]
        [-XX:CompileThresholdScaling=3]
        [-XX:Tier4BackEdgeThreshold=2000000]
        [-XX:CompileCommand=quiet]
        [-XX:CompileCommand=CompileThresholdScaling,dev.yamabiko.tensor.vector.*::*,0.05]
        [-XX:CompileCommand=CompileThresholdScaling,jdk.internal.org.objectweb.asm.Frame::execute,50.0]
        [-XX:CompileCommand=CompileThresholdScaling,com.typesafe.config.impl.Tokenizer*::*,20.0]
        [-XX:CompileCommand=dontinline,dev.yamabiko.data.Digits::*]
        [--add-modules]
        [jdk.incubator.vector]
        [-Xmx1g]
        [-Da=b]
        [-cp]
        [%s/yamabiko.jar]
        [dev.yamabiko.cli.Main]
        [train]
        [my job.conf]
        [--set]
        [a=*]
        """
            .formatted(place, kept().get(0)),
        ended.out());
    assertEquals("jar\n", Files.readString(kept().get(0).resolve("yamabiko.jar")));
  }

  @Test
  void shouldNotBuildAgainWhenNothingIsNewer() throws Exception {
    run();
    assertEquals("", run().err());
    assertEquals(1, builds());
  }

  @ParameterizedTest
  @CsvSource({"pom.xml", "worker/pom.xml", "deploy/src/main/New.java", "common/src/codegen/G.java"})
  void shouldBuildAgainWhenASourceIsNewer(String source) throws Exception {
    run();
    Files.writeString(root.resolve(source), "changed");
    Files.setLastModifiedTime(root.resolve(source), FileTime.from(Instant.now().plusSeconds(5)));
    assertEquals("yamabiko: building (sources have changed) ...\n", run().err());
    assertEquals(2, builds());
    assertEquals(1, kept().size(), "a build that nobody runs is removed");
  }

  /** What Maven leaves of a build that began then, in modules that it has come to. */
  private void mavenPackaged(Instant began, String... modules) throws IOException {
    for (String module : modules) {
      Path target = Files.createDirectories(root.resolve(module).resolve("target"));
      Files.writeString(
          target.resolve("packaged"),
          began.truncatedTo(ChronoUnit.SECONDS) + System.lineSeparator());
    }
    Path lib = Files.createDirectories(root.resolve("deploy/target/lib"));
    Files.writeString(lib.resolve("yamabiko.jar"), "packaged jar\n");
  }

  private void change(String source, Instant when) throws IOException {
    Files.writeString(root.resolve(source), "changed");
    Files.setLastModifiedTime(root.resolve(source), FileTime.from(when));
  }

  @Test
  void shouldRunWhatMavenHasPackagedOfTheSameSources() throws Exception {
    Instant now = Instant.now();
    mavenPackaged(now.plusSeconds(1), MODULES);
    assertEquals("", run().err());
    assertEquals("", run().err());
    Path first = kept().get(0);
    assertEquals("packaged jar\n", Files.readString(first.resolve("yamabiko.jar")));

    change("deploy/src/main/New.java", now.plusSeconds(60));
    mavenPackaged(now.plusSeconds(120), MODULES);
    assertEquals("", run().err());
    assertEquals(1, kept().size());
    assertTrue(!kept().contains(first), "a later one takes its place");
    assertEquals(0, builds());
  }

  /** A build takes a while: what is saved meanwhile is in none of its jars, or in some. */
  @Test
  void shouldBuildWhereASourceIsNewerThanTheBeginningOfMavensBuild() throws Exception {
    Instant began = Instant.now().minusSeconds(600);
    change("worker/src/main/New.java", began.plusSeconds(60));
    mavenPackaged(began, MODULES);
    assertEquals("yamabiko: building (first use) ...\n", run().err());
    assertEquals(1, builds());
    assertEquals("", run().err());
    assertEquals(1, builds());

    mavenPackaged(Instant.now().plusSeconds(1), MODULES);
    change("worker/src/main/New.java", Instant.now().plusSeconds(60));
    assertEquals("yamabiko: building (sources have changed) ...\n", run().err());
    assertEquals(2, builds());
  }

  /**
   * One that failed, that was of one module alone, or that is from before there were such files.
   */
  @ParameterizedTest
  @CsvSource({"common coordinator", "common", "deploy", "''"})
  void shouldBuildWhereMavenHasNotPackagedAllModulesInOneBuild(String modules) throws Exception {
    Instant now = Instant.now();
    if (!modules.isEmpty()) {
      mavenPackaged(now.plusSeconds(1), MODULES);
      mavenPackaged(now.plusSeconds(30), modules.split(" "));
    } else {
      mavenPackaged(now.plusSeconds(1), "common", "coordinator", "worker", "api");
    }
    assertEquals("yamabiko: building (first use) ...\n", run().err());
    assertEquals("jar\n", Files.readString(kept().get(0).resolve("yamabiko.jar")));
  }

  private static final String BUILDING = "yamabiko: building (first use) ...\n";

  /**
   * A Java that leaves an archive, and notes that it was asked to and by which process; any other
   * command runs until its input ends. Time passes as soon as it is waited for.
   */
  private void archivingJava(String version) throws IOException {
    java(version, "java.base");
    waitFor("exit 0");
    script(
        javaHome.resolve("bin/java"),
        """
        for a in "$@"; do
          echo "[$a]"
          case $a in -XX:ArchiveClassesAtExit=*)
            printf '[%%s]\\n' "$@" >"%1$s/archiving"
            echo "$MARK $PPID" >>"%1$s/archives"
            [ ! -e "%1$s/ended" ] || kill -TERM $$
            [ ! -e "%1$s/hangs" ] || exec /bin/sleep 60
            echo archive >"${a#*=}"
            [ ! -e "%1$s/fails" ] || exit 3
            exit 0 ;;
          esac
        done
        read -r line
        exit 0
        """
            .formatted(place));
  }

  /** What the launcher's own waiting for whole seconds is. */
  private void waitFor(String script) throws IOException {
    script(place.resolve("bin/sleep"), "case $1 in *.*) exec /bin/sleep \"$1\" ;; esac\n" + script);
  }

  private List<String> archives() throws IOException {
    Path log = place.resolve("archives");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  /** With what the last archive was asked for. */
  private String archiving() throws IOException {
    return Files.readString(place.resolve("archiving"));
  }

  private List<Path> kept(String suffix) throws IOException {
    return below(place).stream().filter(path -> path.toString().endsWith(suffix)).toList();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.holds()) {
      assertTrue(
          System.nanoTime() < deadline, "it has not come to be within " + LIMIT_SECONDS + " s");
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Ends when the launcher has made one more archive, or come to know that it cannot. */
  private Ended runUntilArchived(Path launcher, String... args) throws Exception {
    int before = archives().size();
    Process process = start(launcher, args);
    await(() -> archives().size() > before);
    awaitLast();
    return await(process);
  }

  private Ended runUntilArchived(String... args) throws Exception {
    return runUntilArchived(root.resolve("deploy/bin/yamabiko"), args);
  }

  /** What makes an archive in the background has ended. */
  private void awaitLast() throws Exception {
    String last = archives().get(archives().size() - 1);
    long maker = Long.parseLong(last.substring(last.indexOf(' ') + 1));
    await(() -> ProcessHandle.of(maker).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void shouldStartFromAnArchiveThatAnEarlierStartOfTheJavaHasMade() throws Exception {
    archivingJava("17.0.15");
    Ended first = runUntilArchived("train");
    assertEquals(BUILDING, first.err());
    assertTrue(!first.out().contains("-XX:SharedArchiveFile"), first.out());
    String option = "[-XX:SharedArchiveFile=" + kept().get(0) + "/archives/";
    Ended second = run("train");
    assertTrue(second.out().contains("[-Xshare:auto]\n" + option), second.out());
    assertEquals(second, run("train"));
    assertEquals(1, archives().size());
    assertEquals(List.of(), kept(".work"));

    archivingJava("25.0.3");
    assertTrue(!run("status").out().contains("-XX:SharedArchiveFile"));
    runUntilArchived("train");
    Ended other = run("train");
    assertEquals("", other.err());
    assertTrue(other.out().contains(option), other.out());
    assertTrue(!other.out().equals(second.out()), other.out());
    assertEquals(2, archives().size());
    assertTrue(run("status").out().contains(option));
  }

  @Test
  void shouldStartWithoutAnArchiveWhereNoneCanBeMade() throws Exception {
    archivingJava("17.0.15");
    touch(place.resolve("fails"));
    Ended first = runUntilArchived("train");
    assertEquals(BUILDING, first.err());
    Ended second = run("train");
    assertEquals("", second.err());
    assertTrue(!second.out().contains("-XX:SharedArchiveFile"), second.out());
    assertEquals(List.of(0L), sizes(kept(".jsa")), "it is not tried again");
  }

  private static List<Long> sizes(List<Path> files) throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (Path file : files) {
      sizes.add(Files.size(file));
    }
    return sizes;
  }

  @Test
  void shouldGiveUpAnArchiveThatTakesTooLong() throws Exception {
    archivingJava("17.0.15");
    touch(place.resolve("hangs"));
    Path launcher = root.resolve("deploy/bin/yamabiko");
    String text = Files.readString(launcher);
    Files.writeString(launcher, text.replace("archive_limit=600", "archive_limit=1"));
    Process process = start(launcher, "train");
    // Not until Java says that it makes one: its time may be over before.
    await(() -> !kept(".jsa").isEmpty());
    assertEquals(0, await(process).code());
    assertEquals(List.of(0L), sizes(kept(".jsa")));
  }

  @Test
  void shouldTryAgainWhereTheMakingOfAnArchiveWasEnded() throws Exception {
    archivingJava("17.0.15");
    touch(place.resolve("ended"));
    runUntilArchived("train");
    assertEquals(List.of(), kept(".jsa"));
    Files.delete(place.resolve("ended"));
    runUntilArchived("train");
    assertTrue(run("train").out().contains("-XX:SharedArchiveFile"));
  }

  @Test
  void shouldMakeNoArchiveForAStartThatFails() throws Exception {
    archivingJava("17.0.15");
    waitFor("until [ -e '%s/over' ]; do /bin/sleep 0.02; done".formatted(place));
    caches = Map.of("MARK", "failed");
    assertEquals(0, run("train").code());
    caches = Map.of("MARK", "runs");
    Process runs = start(root.resolve("deploy/bin/yamabiko"), "train");
    assertEquals('[', runs.getInputStream().read(), "the launcher has become Java");
    touch(place.resolve("over"));
    await(() -> !archives().isEmpty());
    awaitLast();
    await(runs);
    assertEquals(1, archives().size());
    assertTrue(archives().get(0).startsWith("runs "), archives().get(0));
  }

  @Test
  void shouldMakeTheArchiveBeforehandWhereItIsToldTo() throws Exception {
    archivingJava("17.0.15");
    caches = Map.of("YAMABIKO_ARCHIVE", "now");
    assertTrue(run("train").out().contains("-XX:SharedArchiveFile"));
    assertTrue(run("train").out().contains("-XX:SharedArchiveFile"));
    assertEquals(1, archives().size());
  }

  @Test
  void shouldLeaveTheArchiveToCommandsThatGainByIt() throws Exception {
    archivingJava("17.0.15");
    run("status");
    runUntilArchived("worker");
    assertEquals(1, archives().size());
  }

  /** What a distribution unpacks: no sources, and jars that are there. */
  private Path distribution() throws IOException {
    Path home = Files.createDirectories(place.resolve("opt/yamabiko 1"));
    Files.createDirectories(home.resolve("bin"));
    Files.copy(LAUNCHER, home.resolve("bin/yamabiko"));
    Files.createDirectories(home.resolve("lib"));
    for (String jar : List.of("yamabiko-1", "akka-2", "Hdr-4", "yamabiko-worker-1", "zstd-3")) {
      Files.writeString(home.resolve("lib").resolve(jar + ".jar"), "jar\n");
    }
    return home;
  }

  private static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    }
  }

  @Test
  void shouldRunTheJarsOfADistributionAndWriteNothingThere() throws Exception {
    archivingJava("17.0.15");
    Path home = distribution();
    List<Path> files = below(home);
    Path launcher = Files.createSymbolicLink(place.resolve("linked"), home.resolve("bin/yamabiko"));
    caches = Map.of("HOME", place.resolve("user").toString());
    Ended first = runUntilArchived(launcher, "train");
    assertEquals("", first.err());
    String jars =
        """
        [-Xbootclasspath/a:%1$s/Hdr-4.jar:%1$s/akka-2.jar:%1$s/zstd-3.jar]
        [-cp]
        [%1$s/yamabiko-1.jar:%1$s/yamabiko-worker-1.jar]
        """
            .formatted(home.resolve("lib"));
    assertTrue(first.out().contains(jars), first.out());
    assertTrue(archiving().contains(jars), archiving());
    String option = "[-XX:SharedArchiveFile=" + place + "/user/.cache/yamabiko/archives/";
    Ended second = await(start(launcher, "train"));
    assertTrue(second.out().contains(option), second.out());
    assertTrue(second.out().contains("[-Dyamabiko.jobs=conf/jobs]"), second.out());
    assertEquals(files, below(home));
    assertEquals(0, builds());

    Files.writeString(home.resolve("lib/yamabiko-1.jar"), "rat\n");
    runUntilArchived(launcher, "train");
    assertEquals(2, archives().size(), "of other jars");
  }

  /** Where the user's cache is, and where that puts the archive. */
  @ParameterizedTest
  @CsvSource({
    "XDG_CACHE_HOME, caches, caches/yamabiko/archives/",
    "YAMABIKO_CACHE, fast, fast/archives/"
  })
  void shouldKeepTheArchiveOfADistributionInTheUsersCache(
      String variable, String value, String directory) throws Exception {
    archivingJava("17.0.15");
    Path launcher = distribution().resolve("bin/yamabiko");
    caches = Map.of("HOME", "/nowhere", variable, place.resolve(value).toString());
    runUntilArchived(launcher, "worker");
    String option = "[-XX:SharedArchiveFile=" + place.resolve(directory);
    Ended ended = await(start(launcher, "worker"));
    assertTrue(ended.out().contains(option), ended.out());
  }

  /** A user without a home, and one whose home cannot be written. */
  @ParameterizedTest
  @CsvSource({"''", "HOME"})
  void shouldStartADistributionWithoutAnArchiveWhereNoneCanBeKept(String variable)
      throws Exception {
    archivingJava("17.0.15");
    Path launcher = distribution().resolve("bin/yamabiko");
    touch(place.resolve("file"));
    caches = variable.isEmpty() ? Map.of() : Map.of(variable, place.resolve("file").toString());
    Ended ended = await(start(launcher, "train"));
    assertEquals("", ended.err());
    assertEquals(0, ended.code());
    assertTrue(!ended.out().contains("-XX:SharedArchiveFile"), ended.out());
    assertTrue(Files.notExists(place.resolve("archives")), "none was asked for");
  }

  @Test
  void shouldKeepABuildThatStillRuns() throws Exception {
    Path runs = place.resolve("runs");
    script(javaHome.resolve("bin/java"), "touch '%s'; read -r line".formatted(runs));
    Process running = start(root.resolve("deploy/bin/yamabiko"));
    try {
      while (!Files.exists(runs)) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      Path first = kept().get(0);
      Files.setLastModifiedTime(
          root.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
      run();
      assertTrue(Files.exists(first.resolve("yamabiko.jar")));
      assertEquals(2, kept().size());
    } finally {
      running.getOutputStream().close();
      running.waitFor();
    }
  }

  @Test
  void shouldBuildOnceWhenTwoStartAtOnce() throws Exception {
    Process one = start(root.resolve("deploy/bin/yamabiko"));
    Process two = start(root.resolve("deploy/bin/yamabiko"));
    assertEquals(42, await(one).code());
    assertEquals(42, await(two).code());
    assertEquals(1, builds());
  }

  @Test
  void shouldRunWhateverShellItIsGivenTo() throws Exception {
    String launcher = root.resolve("deploy/bin/yamabiko").toString();
    assertEquals(42, await(start(Path.of("/bin/sh"), launcher)).code());
    assertEquals(42, await(start(Path.of("/bin/bash"), "--posix", launcher)).code());
  }

  @Test
  void shouldWorkThroughSymbolicLinks() throws Exception {
    Path links = Files.createDirectories(place.resolve("links"));
    Path absolute =
        Files.createSymbolicLink(links.resolve("far"), root.resolve("deploy/bin/yamabiko"));
    Path relative = Files.createSymbolicLink(links.resolve("near"), Path.of("far"));
    assertEquals(42, await(start(relative)).code());
    assertEquals(42, await(start(absolute)).code());
    assertEquals(1, builds());
  }

  @Test
  void shouldShowTheBuildsOutputWhenItFails() throws Exception {
    mavenFails = "yes";
    Ended ended = run("train", "--json");
    assertEquals(1, ended.code());
    assertTrue(ended.err().contains("chatter of the build\n"), ended.err());
    assertTrue(ended.err().contains("yamabiko: the build failed;"), ended.err());
    assertTrue(ended.out().startsWith("{\"status\":\"failed\",\"error\":\""), ended.out());
    mavenFails = "";
    assertEquals(42, run().code());
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 143"})
  void shouldEndTheBuildWithItself(String signal, int code) throws Exception {
    touch(place.resolve("slow"));
    // A shell cannot trap what is ignored when it starts, as Ctrl-C is by all that runs in the
    // background.
    String launcher = root.resolve("deploy/bin/yamabiko").toString();
    Process process =
        start(Path.of("/usr/bin/env"), "--default-signal=HUP,INT,TERM", launcher, "train");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (Files.notExists(place.resolve("building"))) {
      assertTrue(System.nanoTime() < deadline, "Maven was not started");
      TimeUnit.MILLISECONDS.sleep(20);
    }
    List<ProcessHandle> children = process.descendants().toList();
    assertNotEquals(List.of(), children);
    new ProcessBuilder("kill", "-s", signal, process.pid() + "").start().waitFor();
    Ended ended = await(process);
    assertEquals(code, ended.code(), ended.err());
    assertEquals(BUILDING + "yamabiko: interrupted\n", ended.err());
    assertTrue(children.stream().noneMatch(ProcessHandle::isAlive), children.toString());
    Files.delete(place.resolve("slow"));
    assertEquals(42, run().code());
  }

  /** As where somebody else has made deploy/target. */
  @Test
  void shouldRunNoOutdatedBuildWhereItCanMakeNone() throws Exception {
    run();
    Path lock = root.resolve("deploy/target/app/lock");
    Files.delete(lock);
    Files.createDirectory(lock);
    assertEquals(42, run().code());
    Files.writeString(root.resolve("deploy/pom.xml"), "newer");
    Files.setLastModifiedTime(
        root.resolve("deploy/pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
    Ended ended = run("train", "--json");
    assertEquals(1, ended.code());
    assertTrue(
        ended.err().startsWith("yamabiko: there is no build of these sources, and "), ended.err());
    assertTrue(ended.out().startsWith("{\"status\":\"failed\""), ended.out());
  }

  @Test
  void shouldTakeAJavaHomeThatIsRelative() throws Exception {
    javaHome = Path.of("jdk");
    assertEquals(42, run().code());
    assertEquals(place.resolve("jdk") + "\n", Files.readString(place.resolve("mavens-java")));
  }

  @ParameterizedTest
  @CsvSource({"11.0.2, 11.0.2", "1.8.0_402, 1.8.0_402"})
  void shouldRefuseAnOldJava(String version, String named) throws Exception {
    java(version, "java.base");
    Ended ended = run();
    assertEquals(1, ended.code());
    assertEquals(
        "yamabiko: yamabiko needs Java 17 or newer, but "
            + javaHome.resolve("bin/java")
            + " is "
            + named
            + "; set JAVA_HOME to a newer one\n",
        ended.err());
    assertEquals("", ended.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ulimit -n 190 | yamabiko: at most 190 files may be open at once, ",
        "mkdir gone; cd gone; rmdir ../gone | yamabiko: the working directory has been removed; "
      })
  void shouldSayWhatTheJvmWouldSayWithAStackTrace(String before, String said) throws Exception {
    String launcher = root.resolve("deploy/bin/yamabiko").toString();
    String script = before + "; exec \"$0\" train job.conf";
    Ended ended = await(start(Path.of("/bin/bash"), "-c", script, launcher));
    assertEquals(1, ended.code());
    assertEquals("", ended.out());
    assertTrue(ended.err().lines().anyMatch(line -> line.startsWith(said)), ended.err());
  }

  @Test
  void shouldSayWhereItLookedWhenThereIsNoJava() throws Exception {
    javaHome = place.resolve("nowhere");
    Ended ended = run();
    assertEquals(1, ended.code());
    assertTrue(ended.err().contains(javaHome + "/bin/java is not there"), ended.err());
  }

  /** The user's LC_ALL, what locales there are, and Java's LC_ALL. */
  @ParameterizedTest
  @CsvSource({
    "C, C C.utf8 POSIX, C.UTF-8",
    "C, C C.UTF-8 POSIX, C.UTF-8",
    "de_DE.ISO-8859-1, C C.utf8, C.UTF-8",
    "de_DE.UTF-8, C C.utf8, de_DE.UTF-8",
    "C, C POSIX, C"
  })
  void shouldGiveJavaALocaleOfUtf8WhereThereIsOne(String users, String all, String javas)
      throws Exception {
    String charmap = users.endsWith("UTF-8") ? "UTF-8" : "ANSI_X3.4-1968";
    script(
        place.resolve("bin/locale"),
        "case $1 in charmap) echo %s ;; -a) printf '%%s\\n' %s ;; esac".formatted(charmap, all));
    script(javaHome.resolve("bin/java"), "echo \"$LC_ALL\"");
    locale = users;
    assertEquals(javas + "\n", run().out());
  }

  @Test
  void shouldFindFilesOfAnyNameInAPlainContainer() throws Exception {
    Process list = new ProcessBuilder("locale", "-a").start();
    String all = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(all.toLowerCase(Locale.ROOT).contains("c.utf"), "there is no locale C.UTF-8 here");
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    script(
        javaHome.resolve("bin/java"),
        "exec '%s' -XshowSettings:properties -version".formatted(java));
    locale = "C";
    Ended ended = run();
    assertTrue(ended.err().contains("sun.jnu.encoding = UTF-8\n"), ended.err());
  }

  @ParameterizedTest
  @CsvSource({"status", "jobs", "workers", "cancel", "resume", "completion", "--help", "--version"})
  void shouldLeaveOutTheVectorModuleWhereNothingIsComputed(String command) throws Exception {
    assertTrue(!run(command).out().contains("--add-modules"));
  }

  @Test
  void shouldLeaveOutTheVectorModuleWhereTheRuntimeLacksIt() throws Exception {
    java("25.0.3", "java.base");
    assertTrue(!run().out().contains("--add-modules"));
  }
}
