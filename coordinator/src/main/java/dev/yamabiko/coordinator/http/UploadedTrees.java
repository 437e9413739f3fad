package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Uploaded directories. One is named by the SHA-256 of its listing, an upload like others, which
 * names the uploads that its files are. A directory is made of hard links the first time that a job
 * names it.
 */
final class UploadedTrees {

  private static final long LARGEST_LISTING = 64L << 20;

  private final UploadStore store;
  private final Path directory;

  UploadedTrees(UploadStore store) {
    this.store = store;
    this.directory = store.directory().resolve("trees");
  }

  /**
   * @throws IllegalArgumentException if the listing or a file of it has not been uploaded, or it is
   *     no listing
   */
  synchronized Path find(String sha256) {
    Path tree = directory.resolve(sha256);
    if (Files.isDirectory(tree)) {
      return tree;
    }
    Path listing =
        store
            .find(sha256)
            .orElseThrow(
                () -> new IllegalArgumentException("tree:" + sha256 + " has not been uploaded"));
    try {
      Files.createDirectories(directory);
      Path made = store.newIncoming();
      try {
        make(FileTree.parse(read(listing)), made);
        Files.move(made, tree, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        if (Files.exists(made)) {
          UploadStore.remove(made);
        }
      }
      return tree;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path listing) throws IOException {
    if (Files.size(listing) > LARGEST_LISTING) {
      throw new IllegalArgumentException("a directory's listing is larger than 64 MiB");
    }
    return Files.readString(listing, StandardCharsets.UTF_8);
  }

  private void make(FileTree tree, Path made) throws IOException {
    Files.createDirectories(made);
    for (FileTree.Entry entry : tree.entries()) {
      Path content =
          store
              .find(entry.sha256())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "%s of the directory has not been uploaded (sha256:%s)"
                              .formatted(entry.path(), entry.sha256())));
      Path file = made.resolve(entry.path());
      Files.createDirectories(file.getParent());
      link(file, content);
    }
  }

  /** A file has only so many links, and some file systems have none. */
  private static void link(Path file, Path content) throws IOException {
    try {
      Files.createLink(file, content);
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(content, file);
    }
  }
}
