package dev.yamabiko.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * What the launcher makes beside its jars, for JVMs that tests start: an archive of the classes
 * that {@link Rehearsal} loads, which this build's are one of. Its class path is that of the tests,
 * jars first: an archive wants no directories, and its own part of the class path at the beginning.
 */
final class ClassArchive {

  private static final Path DIRECTORY = Path.of("target", "class-archive").toAbsolutePath();
  private static final Path TESTS = Path.of("target", "test-classes");
  private static final int LIMIT_SECONDS = 360;

  /** When it began; empty where tests are run in another way. */
  private static final String BUILD = System.getProperty("build.began", "");

  private static ClassArchive made;

  private final String classPath;
  private final Path file;

  private ClassArchive(String classPath, Path file) {
    this.classPath = classPath;
    this.file = file;
  }

  /** Of this build and JDK; made by whoever wants it first, in this process or another. */
  static synchronized ClassArchive here() {
    if (made == null) {
      try {
        Files.createDirectories(DIRECTORY);
        try (FileChannel lock =
            FileChannel.open(
                DIRECTORY.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          lock.lock();
          made = make();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return made;
  }

  private static ClassArchive make() throws IOException {
    List<String> jars = new ArrayList<>();
    List<String> tests = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry).toAbsolutePath().normalize();
      if (!Files.isDirectory(path)) {
        jars.add(path.toString());
      } else if (path.endsWith(TESTS)) {
        tests.add(path.toString());
      } else {
        jars.add(packed(path).toString());
      }
    }
    FileTime newest = FileTime.fromMillis(0);
    for (String jar : jars) {
      FileTime time = Files.getLastModifiedTime(Path.of(jar));
      newest = time.compareTo(newest) > 0 ? time : newest;
    }
    String first = String.join(File.pathSeparator, jars);
    Path file = DIRECTORY.resolve(Runtime.version() + ".jsa");
    Path of = DIRECTORY.resolve(Runtime.version() + ".class-path");
    Path failed = DIRECTORY.resolve(Runtime.version() + ".failed");
    boolean fits =
        Files.exists(file)
            && Files.getLastModifiedTime(file).compareTo(newest) >= 0
            && Files.readString(of).equals(first);
    if (!fits && !hasFailed(failed)) {
      Files.deleteIfExists(file);
      Files.writeString(of, first);
      rehearse(first, file);
      if (!Files.exists(file)) {
        Files.writeString(failed, BUILD);
      }
    }
    List<String> all = new ArrayList<>(jars);
    all.addAll(tests);
    return new ClassArchive(String.join(File.pathSeparator, all), file);
  }

  /** A rehearsal takes minutes to fail: the other processes of a build do not try it again. */
  private static boolean hasFailed(Path failed) throws IOException {
    return !BUILD.isEmpty() && Files.exists(failed) && Files.readString(failed).equals(BUILD);
  }

  /** Classes of this build, which are in a directory before they are packaged. */
  private static Path packed(Path classes) throws IOException {
    String module = classes.getName(classes.getNameCount() - 3).toString();
    Path jar = DIRECTORY.resolve(module + ".jar");
    if (Files.exists(jar) && Files.getLastModifiedTime(jar).compareTo(newest(classes)) >= 0) {
      return jar;
    }
    Path part = DIRECTORY.resolve(module + ".part");
    try (OutputStream out = Files.newOutputStream(part);
        JarOutputStream packed = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        packed.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, packed);
        packed.closeEntry();
      }
    }
    return Files.move(part, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static FileTime newest(Path directory) throws IOException {
    FileTime newest = FileTime.fromMillis(0);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        FileTime time = Files.getLastModifiedTime(file);
        newest = time.compareTo(newest) > 0 ? time : newest;
      }
    }
    return newest;
  }

  private static void rehearse(String jars, Path file) throws IOException {
    Path work = Files.createTempDirectory(DIRECTORY, "rehearsal");
    Process process =
        new ProcessBuilder(
                Jvms.current().resolve("bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:ArchiveClassesAtExit=" + file,
                "-cp",
                jars,
                Rehearsal.class.getName(),
                work.toString())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("log").toFile())
            .start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      if (process.waitFor() != 0 || !Files.exists(file)) {
        // Tests do without, and RehearsalTest asks for it.
        Files.deleteIfExists(file);
        System.err.println(
            "the rehearsal left no archive: " + Files.readString(work.resolve("log")));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }

  /** The class path of the tests, in an order that the archive fits. */
  String classPath() {
    return classPath;
  }

  /** What has a JVM of this JDK use it; the launcher gives the same. */
  List<String> flags() {
    if (!Files.exists(file)) {
      return List.of();
    }
    return List.of(
        "-Xshare:auto", "-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off", "-Xlog:class+path=off");
  }
}
