package dev.yamabiko.coordinator.http;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Optional;

/** Looks below a directory, links followed, for a link that leads where nobody may look. */
final class LinksOut extends SimpleFileVisitor<Path> {

  /** Of a real path. */
  interface Allowed {
    boolean test(Path real) throws IOException;
  }

  private final Allowed allowed;
  private final Runnable between;
  private Optional<Path> found = Optional.empty();

  private LinksOut(Allowed allowed, Runnable between) {
    this.allowed = allowed;
    this.between = between;
  }

  /**
   * The first such link.
   *
   * @param between called before each file that is looked at; what it throws ends this
   */
  static Optional<Path> of(Path directory, Allowed allowed, Runnable between) throws IOException {
    LinksOut links = new LinksOut(allowed, between);
    Files.walkFileTree(
        directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, links);
    return links.found;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
      throws IOException {
    return visited(folder);
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    return visited(file);
  }

  /** What cannot be read, or leads in a circle, gives nothing away. */
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, IOException e) {
    return FileVisitResult.CONTINUE;
  }

  private FileVisitResult visited(Path path) throws IOException {
    between.run();
    if (Files.isSymbolicLink(path) && Files.exists(path) && !allowed.test(path.toRealPath())) {
      found = Optional.of(path);
      return FileVisitResult.TERMINATE;
    }
    return FileVisitResult.CONTINUE;
  }
}
