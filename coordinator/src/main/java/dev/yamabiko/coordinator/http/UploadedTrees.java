package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
    this.directory = store.trees();
  }

  /**
   * @throws IllegalArgumentException if the listing or a file of it has not been uploaded, or it is
   *     no listing
   */
  synchronized Path find(String sha256) {
    Path tree = directory.resolve(sha256);
    Optional<Path> uploaded = store.find(sha256);
    if (Files.isDirectory(tree)) {
      return tree;
    }
    Path listing =
        uploaded.orElseThrow(
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

  /** The hashes in a listing; none of what is no listing. */
  static Set<String> filesOf(Path upload) throws IOException {
    try (InputStream in = Files.newInputStream(upload)) {
      String beginning = new String(in.readNBytes(66), StandardCharsets.ISO_8859_1);
      if (Files.size(upload) > LARGEST_LISTING || !beginning.matches("[0-9a-f]{64}  ")) {
        return Set.of();
      }
    }
    try {
      return FileTree.parse(Files.readString(upload)).entries().stream()
          .map(FileTree.Entry::sha256)
          .collect(Collectors.toSet());
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return Set.of();
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
