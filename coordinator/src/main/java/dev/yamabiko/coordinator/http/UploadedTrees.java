package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.FileTree;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploaded directories. One is named by the SHA-256 of its listing, an upload like others, which
 * names the uploads that its files are. A directory is made of hard links the first time that a job
 * names it, and again where it is no longer what its listing says. It is on the disk before the job
 * is taken, which finds it there when it goes on after a loss of power.
 */
final class UploadedTrees {

  private static final Logger LOG = LoggerFactory.getLogger(UploadedTrees.class);
  private static final long LARGEST_LISTING = 64L << 20;

  /** Gives a file another name; some file systems cannot. */
  interface Link {
    void create(Path name, Path file) throws IOException;
  }

  private final UploadStore store;
  private final Path directory;
  private final Link link;

  UploadedTrees(UploadStore store) {
    this(store, Files::createLink);
  }

  UploadedTrees(UploadStore store, Link link) {
    this.store = store;
    this.directory = store.trees();
    this.link = link;
  }

  /**
   * @throws IllegalArgumentException if the listing or a file of it has not been uploaded, or it is
   *     no listing
   * @throws ProblemException if files of it have to be copied and there is no room for that
   */
  synchronized Path find(String sha256) {
    Path tree = directory.resolve(sha256);
    Path listing =
        store
            .find(sha256)
            .orElseThrow(
                () -> new IllegalArgumentException("tree:" + sha256 + " has not been uploaded"));
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory);
        AtomicFile.forceEntries(store.directory());
      }
      FileTree listed = FileTree.parse(read(listing));
      if (!Files.isDirectory(tree)) {
        return new Making().of(listed, sha256);
      }
      if (isWhole(tree, listed)) {
        return tree;
      }
      LOG.warn("an uploaded directory was damaged; makes it anew directory={}", tree);
      return makeAnew(listed, sha256);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A job may still read the damaged one: it stays until the other is there, if there is room. */
  private Path makeAnew(FileTree listed, String sha256) throws IOException {
    try {
      return new Making().of(listed, sha256);
    } catch (ProblemException e) {
      store.removeTree(sha256);
      return new Making().of(listed, sha256);
    }
  }

  /** Whether a directory has the files of its listing, whole, and no others. */
  private boolean isWhole(Path tree, FileTree listed) throws IOException {
    long files;
    try (Stream<Path> all = Files.walk(tree)) {
      files = all.filter(Files::isRegularFile).count();
    }
    if (files != listed.entries().size()) {
      return false;
    }
    for (FileTree.Entry entry : listed.entries()) {
      Path file = tree.resolve(entry.path());
      if (!Files.isRegularFile(file) || !store.holds(file, entry.sha256())) {
        return false;
      }
    }
    return true;
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
      return FileTree.parse(read(upload)).entries().stream()
          .map(FileTree.Entry::sha256)
          .collect(Collectors.toSet());
    } catch (IllegalArgumentException e) {
      return Set.of();
    }
  }

  private static String read(Path listing) throws IOException {
    if (Files.size(listing) > LARGEST_LISTING) {
      throw new IllegalArgumentException("a directory's listing is larger than 64 MiB");
    }
    try {
      return Files.readString(listing, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("what has been uploaded is no listing of a directory", e);
    }
  }

  /**
   * By the names of directories: the bytes of their files that are no links to uploads.
   *
   * @param linked the file keys of the uploads
   */
  static Map<String, Long> copied(Path trees, Set<Object> linked) throws IOException {
    Set<Object> counted = new HashSet<>(linked);
    Map<String, Long> copied = new HashMap<>();
    if (Files.isDirectory(trees)) {
      Files.walkFileTree(
          trees,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes has) {
              if (has.fileKey() == null || counted.add(has.fileKey())) {
                copied.merge(trees.relativize(file).getName(0).toString(), has.size(), Long::sum);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return copied;
  }

  /** One directory on its way; without success nothing is left of it. */
  private final class Making {

    private final Path made = store.newIncoming();
    private long copied;

    Path of(FileTree listed, String sha256) throws IOException {
      boolean isKept = false;
      try {
        make(listed);
        Path tree = store.keepTree(made, sha256, copied);
        isKept = true;
        AtomicFile.forceEntries(directory);
        return tree;
      } finally {
        if (!isKept) {
          store.release(copied);
          if (Files.exists(made)) {
            UploadStore.remove(made);
          }
        }
      }
    }

    private void make(FileTree tree) throws IOException {
      Files.createDirectories(made);
      Set<Path> folders = new HashSet<>(Set.of(made));
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
        for (Path in = file.getParent(); folders.add(in); in = in.getParent()) {
          // Up to one that is known already, which the whole directory is from the beginning.
        }
        link(file, content);
      }
      for (Path folder : folders) {
        AtomicFile.forceEntries(folder);
      }
    }

    /** A file has only so many links, and some file systems have none. */
    private void link(Path file, Path content) throws IOException {
      try {
        link.create(file, content);
      } catch (IOException | UnsupportedOperationException e) {
        copy(content, file);
      }
    }

    private void copy(Path content, Path file) throws IOException {
      long bytes = Files.size(content);
      if (!store.reserve(bytes)) {
        throw IncomingUpload.overQuota(store, bytes, copied).exception();
      }
      copied += bytes;
      Files.copy(content, file);
      try (FileChannel copy = FileChannel.open(file, StandardOpenOption.READ)) {
        copy.force(true);
      }
    }
  }
}
