package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileTree;
import dev.yamabiko.job.PathRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which files of this machine the jobs of users may name: uploads, as {@code sha256:HEX} and {@code
 * tree:HEX}, and what lies below a data root once all links are followed. What a refusal says does
 * not depend on whether a file is there.
 */
final class JobFiles {

  static final String FILE = "sha256:";
  static final String TREE = "tree:";

  private final UploadStore uploads;
  private final UploadedTrees trees;
  private final List<Path> roots;

  JobFiles(UploadStore uploads, List<Path> roots) {
    this.uploads = uploads;
    this.trees = new UploadedTrees(uploads);
    this.roots = roots;
  }

  /** For one job; remembers how the job called each file. */
  final class Names implements PathRule {

    private final Map<Path, String> written = new LinkedHashMap<>();

    @Override
    public Path path(String name) {
      Path path = find(name);
      written.put(path, name);
      return path;
    }

    /** A message about the files, in the words of the job. */
    String inWordsOfJob(String message) {
      String text = message;
      for (Map.Entry<Path, String> entry : written.entrySet()) {
        text = text.replace(entry.getKey().toString(), entry.getValue());
      }
      return text;
    }
  }

  /**
   * A text that names uploads by their paths, with the names that jobs have for them.
   *
   * @param uploads their directory as the text writes it
   */
  static String withNames(String text, String uploads) {
    String path = Pattern.quote(uploads);
    return text.replaceAll(path + "/trees/([0-9a-f]{64})", TREE + "$1")
        .replaceAll(path + "/([0-9a-f]{64})", FILE + "$1");
  }

  private Path find(String name) {
    if (name.startsWith(FILE)) {
      return uploads
          .find(name.substring(FILE.length()))
          .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    }
    if (name.startsWith(TREE)) {
      String sha256 = name.substring(TREE.length());
      if (!ContentHash.isName(sha256)) {
        throw new IllegalArgumentException(unknown(name));
      }
      return trees.find(sha256);
    }
    Path path = belowRoot(name).orElseThrow(() -> new IllegalArgumentException(refused(name)));
    if (!Files.isDirectory(path) && !Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "expected a file or directory but found a pipe or a device: " + name);
    }
    requireNoWayOut(path, name, () -> {});
    return path;
  }

  /** Of a directory: links below it are followed where they stay below a root, too. */
  private void requireNoWayOut(Path path, String name, Runnable between) {
    if (!Files.isDirectory(path)) {
      return;
    }
    try {
      Optional<Path> out = LinksOut.of(path, this::isBelowRoot, between);
      if (out.isPresent()) {
        Path link = Path.of(name).resolve(path.relativize(out.get()));
        throw new IllegalArgumentException(refused(link.toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isBelowRoot(Path real) throws IOException {
    for (Path root : roots) {
      if (real.startsWith(root.toRealPath())) {
        return true;
      }
    }
    return false;
  }

  /**
   * The content of a file or directory below a data root, by the name that it would have as an
   * upload; empty if there is none that a job may name. Reads all of it.
   *
   * @param between called again and again; what it throws ends this
   */
  Optional<String> content(String name, Runnable between) {
    try {
      Optional<Path> path = belowRoot(name);
      if (path.filter(Files::isDirectory).isPresent()) {
        requireNoWayOut(path.get(), name, between);
        return Optional.of(TREE + ContentHash.of(FileTree.of(path.get(), between).text()));
      }
      // A pipe may never be written to.
      return path.filter(Files::isRegularFile).isPresent()
          ? Optional.of(FILE + ContentHash.of(path.get(), between))
          : Optional.empty();
    } catch (IllegalArgumentException | IOException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static String unknown(String name) {
    return "no such upload: " + name;
  }

  private String refused(String name) {
    String below =
        roots.isEmpty()
            ? "; this coordinator has no data roots"
            : ", or a path below " + String.join(", ", roots.stream().map(Path::toString).toList());
    return "expected an upload, sha256:HEX or tree:HEX%s, but found \"%s\"".formatted(below, name);
  }

  private Optional<Path> belowRoot(String name) {
    try {
      Path path = Path.of(name);
      if (!path.isAbsolute()) {
        return Optional.empty();
      }
      boolean looksAllowed =
          roots.stream().anyMatch(root -> path.normalize().startsWith(root.toAbsolutePath()));
      Path real;
      try {
        real = path.toRealPath();
      } catch (NoSuchFileException e) {
        if (looksAllowed) {
          throw new IllegalArgumentException("no such file: " + name, e);
        }
        return Optional.empty();
      }
      return isBelowRoot(real) ? Optional.of(real) : Optional.empty();
    } catch (InvalidPathException | IOException e) {
      return Optional.empty();
    }
  }
}
