import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the image's class path as an argument file of {@code java}: each jar by its name, in one
 * order everywhere. Of {@code lib/*} a JVM takes the order in which the directory lists them, which
 * differs between file systems, and an archive of classes is dismissed where it is another than
 * that it was made with.
 *
 * <p>Usage: {@code java ImageClassPath.java LIB WHERE OUT}, jars in LIB that the image has in WHERE
 */
final class ImageClassPath {

  private ImageClassPath() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      throw new IllegalArgumentException("expected LIB WHERE OUT");
    }
    Path out = Path.of(args[2]);
    Files.createDirectories(out.getParent());
    try (Stream<Path> jars = Files.list(Path.of(args[0]))) {
      String all =
          jars.map(jar -> jar.getFileName().toString())
              .filter(name -> name.endsWith(".jar"))
              .sorted()
              .map(name -> args[1] + "/" + name)
              .collect(Collectors.joining(":"));
      Files.writeString(out, "-cp " + all + "\n");
    }
  }
}
