package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The distribution, unpacked to where nobody may write, on a machine without Maven: the PATH holds
 * what the launcher needs of a plain system, and nothing else.
 */
@Timeout(600)
class DistributionIT {

  private static final List<String> TOOLS =
      List.of("bash", "cksum", "dirname", "locale", "mkdir", "readlink", "sed", "tr");
  private static final Set<PosixFilePermission> WRITE =
      EnumSet.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  /** Of a document to another file. */
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]+)[^)]*\\)");

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir private Path place;

  private Path home;
  private Path working;
  private Path tools;

  @BeforeEach
  void unpack() throws Exception {
    Path unpacked = Files.createDirectory(place.resolve("opt"));
    run(List.of("tar", "xzf", archive().toString(), "-C", unpacked.toString()), place);
    home = only(unpacked);
    working = Files.createDirectory(place.resolve("working"));
    tools = Files.createDirectory(place.resolve("tools"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(tools.resolve(tool), found(tool));
    }
    setWritable(false);
  }

  /** Else the directory could not be deleted, or JUnit would warn of where links lead. */
  @AfterEach
  void allowToDelete() throws IOException {
    setWritable(true);
    for (String tool : TOOLS) {
      Files.delete(tools.resolve(tool));
    }
  }

  private void setWritable(boolean writable) throws IOException {
    for (Path file : below(home)) {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (writable) {
        permissions.add(PosixFilePermission.OWNER_WRITE);
      } else {
        permissions.removeAll(WRITE);
      }
      Files.setPosixFilePermissions(file, permissions);
    }
  }

  private static Path archive() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      List<Path> archives =
          files.filter(file -> file.toString().endsWith(".tar.gz")).sorted().toList();
      assertEquals(1, archives.size(), "archives in target: " + archives);
      return archives.get(0).toAbsolutePath();
    }
  }

  private static Path only(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size(), all.toString());
      return all.get(0);
    }
  }

  private static Path found(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(directory -> Path.of(directory, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no " + tool + " on the PATH"));
  }

  private static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    }
  }

  /** The files with what shows that they were written. */
  private List<String> state() throws IOException {
    List<String> state = new ArrayList<>();
    for (Path file : below(home)) {
      state.add("%s %s".formatted(file, Files.getLastModifiedTime(file)));
    }
    return state;
  }

  private Jvms.Finished run(List<String> command, Path directory) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(place.resolve("stdout").toFile())
            .redirectError(place.resolve("stderr").toFile());
    if (home != null) {
      builder.environment().clear();
      builder.environment().put("PATH", tools.toString());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    }
    Process process = builder.start();
    process.getOutputStream().close();
    Jvms.Finished finished = Jvms.finish(process, place, LIMIT);
    assertEquals(0, finished.exitCode(), command + ": " + finished);
    return finished;
  }

  @Test
  void shouldTrainToTheSameBitsWithoutMavenAndWithoutWritingWhereItIs() throws Exception {
    List<String> before = state();
    Path launcher = Files.createSymbolicLink(place.resolve("linked"), home.resolve("bin/yamabiko"));

    Jvms.Finished version = run(List.of(launcher.toString(), "--version"), working);
    String named = home.getFileName().toString().replace("yamabiko-", "yamabiko ");
    assertTrue(version.out().startsWith(named + " (Java "), version.out());

    List<String> train =
        List.of(
            "train",
            home.resolve("conf/jobs/spirals.conf").toString(),
            "--set",
            "epochs=1",
            "--set",
            "data.train.builtin.examples=512",
            "--workers",
            "2",
            "--json");
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(train);
    command.addAll(List.of("--out", "run"));
    String distributed = OneNode.weights(run(command, working).lastLine());
    List<String> here = new ArrayList<>(train);
    here.addAll(List.of("--out", "here"));
    Invocation inProcess = Invocation.of(working, here);
    assertEquals(0, inProcess.exitCode(), inProcess.err());
    assertEquals(inProcess.json().required("weights_sha256").asText(), distributed);
    assertTrue(Files.exists(working.resolve("run/model.safetensors")));
    assertEquals(before, state());
  }

  @Test
  void shouldListAllOfItsLibraries() throws Exception {
    Set<String> jars =
        below(home.resolve("lib")).stream()
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".jar") && !name.startsWith("yamabiko-"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(jars.size() > 20, jars.toString());
    String licences = Files.readString(home.resolve("THIRD-PARTY.txt"));
    for (String jar : jars) {
      String artifact = jar.substring(0, jar.lastIndexOf(".jar"));
      assertTrue(
          licences.lines().anyMatch(line -> line.contains(":") && artifact.startsWith(named(line))),
          () -> jar + " is not in " + licences);
    }
    for (String file : List.of("LICENSE", "NOTICE", "README.md")) {
      assertTrue(Files.size(home.resolve(file)) > 0, file);
    }

    Path bill = home.resolve("bom.json");
    assumeTrue(
        Files.exists(bill), "Maven makes no bill of materials when it is told to be offline");
    JsonNode components = new JsonMapper().readTree(bill.toFile()).required("components");
    Set<String> billed = new TreeSet<>();
    for (JsonNode component : components) {
      if (!component.required("group").asText().equals("dev.yamabiko")) {
        billed.add(jarOf(component.required("purl").asText()));
        assertTrue(component.required("hashes").size() > 0, component.toString());
      }
    }
    assertEquals(jars, billed);
  }

  @Test
  void shouldHaveItsDocumentsWithLinksThatLeadSomewhere() throws Exception {
    List<Path> documents =
        below(home).stream().filter(file -> file.toString().endsWith(".md")).toList();
    List<String> names = documents.stream().map(file -> home.relativize(file).toString()).toList();
    for (String name :
        List.of("README.md", "docs/README.md", "docs/security.md", "docs/guides/csv.md")) {
      assertTrue(names.contains(name), names.toString());
    }
    int links = 0;
    for (Path document : documents) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        Path to = document.getParent().resolve(link.group(1)).normalize();
        String said = document + " links to " + link.group(1);
        assertTrue(to.startsWith(home) && Files.exists(to), said);
        links++;
      }
      for (String elsewhere : List.of("deploy/jobs", "deploy/conf", "deploy/target/lib")) {
        assertFalse(Files.readString(document).contains(elsewhere), document + ": " + elsewhere);
      }
    }
    assertTrue(links > 50, "links: " + links);
  }

  @Test
  void shouldTellNothingOfSourcesThatAreNotThere() throws Exception {
    String manual = Files.readString(home.resolve("docs/README.md"));
    assertTrue(manual.contains("bin/yamabiko train conf/jobs/digits.conf"), manual);
    for (String text : List.of("mvn", "Maven", "building", "deploy", "src/", "<!--", "\n\n\n")) {
      assertFalse(manual.contains(text), text);
    }
  }

  /** NAME-VERSION of a line that ends in (GROUP:NAME:VERSION, PAGE). */
  private static String named(String line) {
    String[] parts = line.substring(line.lastIndexOf(" (") + 2).split("[:,)]");
    return parts.length < 3 ? line : parts[1] + "-" + parts[2];
  }

  /** Of pkg:maven/GROUP/NAME@VERSION?classifier=C&type=jar. */
  private static String jarOf(String purl) {
    String path = purl.substring(purl.lastIndexOf('/') + 1);
    String[] parts = path.split("[@?&]");
    String classifier =
        Stream.of(parts)
            .filter(part -> part.startsWith("classifier="))
            .map(part -> "-" + part.substring("classifier=".length()))
            .findFirst()
            .orElse("");
    return parts[0] + "-" + parts[1] + classifier + ".jar";
  }
}
