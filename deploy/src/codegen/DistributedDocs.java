import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the documentation as the distribution has it, where sources, tests and the build are not:
 * what stands between {@code <!-- sources -->} and {@code <!-- /sources -->} is left out, links
 * lead to where a file is there, or are plain text where it is nowhere, and commands and jobs have
 * the names that they have there. Pictures that are then shown nowhere are left out, too.
 *
 * <p>Usage: {@code java DistributedDocs.java PROJECT OUT}; OUT becomes the distribution's {@code
 * docs}.
 */
final class DistributedDocs {

  /** Files of the project by where the distribution has them; of directories, what is in them. */
  private static final Map<String, String> MOVED =
      Map.of(
          "README.md", "docs/README.md",
          "docs", "docs",
          "deploy/jobs", "conf/jobs",
          "deploy/conf", "conf",
          "LICENSE", "LICENSE",
          "NOTICE", "NOTICE");

  /** What commands name in the order in which it is replaced. */
  private static final List<Map.Entry<String, String>> NAMES =
      List.of(
          Map.entry("deploy/bin/yamabiko", "bin/yamabiko"),
          Map.entry("deploy/jobs/", "conf/jobs/"),
          Map.entry("deploy/conf/", "conf/"),
          Map.entry("deploy/target/lib/", "lib/"));

  /** Also the line that the launcher prints when it builds itself. */
  private static final Pattern SOURCES =
      Pattern.compile(
          "<!-- sources -->.*?<!-- /sources -->\n+|yamabiko: building \\(first use\\) \\.\\.\\.\n",
          Pattern.DOTALL);

  private static final Pattern LINK =
      Pattern.compile("\\[(?<text>[^\\[\\]]*)]\\((?<path>[^)#\\s]*)(?<place>#[^)\\s]*)?\\)");

  private final Path project;
  private final Path out;

  /** What the documents lead to. */
  private final Set<Path> linked = new HashSet<>();

  private DistributedDocs(Path project, Path out) {
    this.project = project;
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("expected PROJECT OUT");
    }
    new DistributedDocs(Path.of(args[0]).toAbsolutePath().normalize(), Path.of(args[1])).write();
  }

  private void write() throws IOException {
    remove(out);
    writeDocument(project.resolve("README.md"));
    List<Path> files;
    try (Stream<Path> all = Files.walk(project.resolve("docs"))) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      if (isDocument(file)) {
        writeDocument(file);
      }
    }
    for (Path file : files) {
      if (!isDocument(file) && linked.contains(file)) {
        Files.copy(file, place(moved(file).orElseThrow()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static boolean isDocument(Path file) {
    return file.toString().endsWith(".md");
  }

  /** What an earlier build has made, of documents that are no more. */
  private static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted((a, b) -> b.compareTo(a))
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  /** Where it is written, in a directory that is there. */
  private Path place(Path there) throws IOException {
    Path to = out.resolve(Path.of("docs").relativize(there));
    Files.createDirectories(to.getParent());
    return to;
  }

  private void writeDocument(Path file) throws IOException {
    Path there = moved(file).orElseThrow();
    String kept = SOURCES.matcher(Files.readString(file)).replaceAll("");
    String text = LINK.matcher(kept).replaceAll(link -> quoted(link, file, there));
    for (Map.Entry<String, String> name : NAMES) {
      text = text.replace(name.getKey(), name.getValue());
    }
    Files.writeString(place(there), text);
  }

  private String quoted(MatchResult link, Path from, Path there) {
    return Matcher.quoteReplacement(link(link, from, there));
  }

  /** The link as it is to be in the document that goes there. */
  private String link(MatchResult link, Path from, Path there) {
    String text = link.group(1);
    String path = link.group(2);
    if (path.isEmpty() || path.contains("://")) {
      return link.group();
    }
    Path named = from.getParent().resolve(path).normalize();
    if (!Files.exists(named)) {
      throw new IllegalStateException("%s: there is no %s".formatted(from, path));
    }
    linked.add(named);
    String place = link.group(3) == null ? "" : link.group(3);
    return moved(named)
        .map(to -> "[%s](%s%s)".formatted(text, there.getParent().relativize(to), place))
        .orElse(text);
  }

  /** Where the distribution has it. */
  private Optional<Path> moved(Path file) {
    for (Path of = file; of.startsWith(project) && !of.equals(project); of = of.getParent()) {
      String to = MOVED.get(project.relativize(of).toString().replace('\\', '/'));
      if (to != null) {
        return Optional.of(Path.of(to).resolve(of.relativize(file)).normalize());
      }
    }
    return Optional.empty();
  }
}
