package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Classified images in folders: each folder in the directory is a class, and holds that class's
 * images. Classes, and files within a class, go by the code points of their names ({@link
 * CodePointOrder}), so that no locale or file system decides what example 0 is.
 *
 * <p>Names that begin with a dot are left out, as are other files than images by their extension
 * ({@link ImageNames}), and files beside the class folders. A folder within a class folder is an
 * error, since whether its images belong to the class can only be guessed.
 */
final class ImageFolder {

  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  /** What is decoded before it is written. */
  private static final int BYTES_AT_ONCE = 1 << 24;

  private final DataSource.Images source;
  private final List<Path> folders;
  private final List<Path> files = new ArrayList<>();

  /** The number of each file's folder. */
  private final int[] labels;

  private ImageFolder(DataSource.Images source) {
    this.source = source;
    folders = classFolders(source.directory());
    List<Integer> folderOfFile = new ArrayList<>();
    for (int i = 0; i < folders.size(); i++) {
      for (Path file : images(folders.get(i))) {
        files.add(file);
        folderOfFile.add(i);
      }
    }
    labels = folderOfFile.stream().mapToInt(i -> i).toArray();
  }

  static Examples read(DataSource.Images source, DataStore store) {
    return new ImageFolder(source).readAll(store);
  }

  private Examples readAll(DataStore store) {
    ImageFile.Size size =
        source.size().map(s -> new ImageFile.Size(s.height(), s.width())).orElseGet(this::oneSize);
    int channels = source.colour() == DataSource.Colour.GREY ? 1 : 3;
    long bytes = Math.multiplyFull(size.height(), size.width()) * channels;
    if (bytes > MAX_BYTES) {
      throw new DataException(
          String.format(
              "%s: an image of %d x %s bytes is too large for one array; expected at most %d bytes:"
                  + " set a smaller size",
              source.directory(), channels, size, MAX_BYTES));
    }
    Segments pixels =
        store.keep(
            source.directory().toString(),
            "images, " + channels + " x " + size,
            files,
            bytes * files.size(),
            out -> write(size, (int) bytes, out));
    return new ByteExamples(
        source.directory().toString(),
        i -> files.get(i).toString(),
        Shape.of(channels, size.height(), size.width()),
        pixels,
        labels,
        Optional.of(new Targets.Classes(folders.stream().map(ImageFolder::name).toList())));
  }

  /** In the order of the files, some at a time. */
  private long write(ImageFile.Size size, int bytes, OutputStream out) throws IOException {
    int most = Math.max(1, Math.min(files.size(), BYTES_AT_ONCE / bytes));
    byte[] pixels = new byte[most * bytes];
    for (int from = 0; from < files.size(); from += most) {
      int first = from;
      int count = Math.min(most, files.size() - first);
      forEachFile(
          first,
          first + count,
          i ->
              ImageResize.resize(
                  ImageFile.read(files.get(i), source.colour()),
                  size.height(),
                  size.width(),
                  pixels,
                  (i - first) * bytes));
      out.write(pixels, 0, count * bytes);
    }
    return files.size();
  }

  /** The size of all images, by their headers. */
  private ImageFile.Size oneSize() {
    ImageFile.Size[] sizes = new ImageFile.Size[files.size()];
    forEachFile(0, sizes.length, i -> sizes[i] = ImageFile.size(files.get(i)));
    for (int i = 1; i < sizes.length; i++) {
      if (!sizes[i].equals(sizes[0])) {
        throw new DataException(
            String.format(
                "%s: expected images of one size but %s is %s and %s is %s (height x width); give a"
                    + " size to resize them",
                source.directory(),
                source.directory().relativize(files.get(0)),
                sizes[0],
                source.directory().relativize(files.get(i)),
                sizes[i]));
      }
    }
    return sizes[0];
  }

  /**
   * On as many threads as there are processors, and with one image in memory for each; of several
   * failures, the one of the first file counts.
   */
  private void forEachFile(int from, int to, IntConsumer task) {
    NavigableMap<Integer, DataException> failures = new ConcurrentSkipListMap<>();
    IntStream.range(from, to)
        .parallel()
        .filter(i -> failures.headMap(i).isEmpty())
        .forEach(
            i -> {
              try {
                task.accept(i);
              } catch (DataException e) {
                failures.put(i, e);
              }
            });
    if (!failures.isEmpty()) {
      throw failures.firstEntry().getValue();
    }
  }

  private static List<Path> classFolders(Path directory) {
    if (!Files.exists(directory)) {
      throw new DataException(directory + ": expected a directory but there is none");
    }
    if (!Files.isDirectory(directory)) {
      throw new DataException(directory + ": expected a directory but found a file");
    }
    List<Path> entries = entries(directory);
    for (Path entry : entries) {
      if (Files.isSymbolicLink(entry) && !Files.exists(entry)) {
        throw new DataException(
            entry + ": expected a folder of images but found a link that leads nowhere");
      }
    }
    List<Path> folders = entries.stream().filter(Files::isDirectory).toList();
    if (folders.isEmpty()) {
      String found =
          entries.isEmpty()
              ? "an empty directory"
              : entries.stream().anyMatch(ImageNames::isPicture) ? "only images" : "only files";
      throw new DataException(
          directory + ": expected a folder of images for each class but found " + found);
    }
    return folders;
  }

  private static List<Path> images(Path folder) {
    List<Path> images = new ArrayList<>();
    for (Path entry : entries(folder)) {
      if (Files.isDirectory(entry)) {
        throw new DataException(
            entry + ": expected images directly in their class's folder but found a folder");
      }
      if (ImageNames.isImage(entry)) {
        images.add(entry);
      }
    }
    if (images.isEmpty()) {
      throw new DataException(
          folder
              + ": expected at least one image ("
              + ImageNames.IN_WORDS
              + ") of class "
              + CsvCell.quote(name(folder))
              + " but found none");
    }
    return images;
  }

  static List<Path> entries(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(e -> !name(e).startsWith("."))
          .sorted(Comparator.comparing(ImageFolder::name, CodePointOrder.INSTANCE))
          .toList();
    } catch (AccessDeniedException e) {
      throw new DataException(directory + ": no permission to read this directory", e);
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(directory + ": cannot be read: " + e.getMessage(), e);
    }
  }

  static String name(Path path) {
    return path.getFileName().toString();
  }
}
