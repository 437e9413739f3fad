package dev.yamabiko.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of a directory by content, as text: a line {@code sha256 relative/path} for each, as
 * sha256sum prints it, sorted by path.
 */
public record FileTree(List<Entry> entries) {

  /**
   * @param sha256 64 lower-case hexadecimal digits
   * @param path below the directory, with slashes
   */
  public record Entry(String sha256, String path) {}

  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_PATH = 3000;
  private static final int MOST_SHOWN = 100;
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  (.+)");

  public FileTree {
    entries = List.copyOf(entries);
  }

  /**
   * Of what is there; files whose names begin with a dot are no data. Reads all of it.
   *
   * @throws IllegalArgumentException if a file has a name that cannot be in a listing
   */
  public static FileTree of(Path directory) throws IOException {
    return of(directory, () -> {});
  }

  /**
   * @param between called before each file that is looked at, and each piece of it that is read;
   *     what it throws ends this
   */
  public static FileTree of(Path directory, Runnable between) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Path file : files(directory, between)) {
      String path = directory.relativize(file).toString().replace('\\', '/');
      if (!canHold(path)) {
        throw new IllegalArgumentException(file + ": a file of this name cannot be uploaded");
      }
      entries.add(new Entry(ContentHash.of(file, between), path));
    }
    return new FileTree(entries);
  }

  private static List<Path> files(Path directory, Runnable between) throws IOException {
    try (Stream<Path> all = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      return all.peek(file -> between.run())
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * @throws IllegalArgumentException naming the line that is wrong, or the path that does not stay
   *     below the directory, names a file twice or a file as a directory
   */
  public static FileTree parse(String text) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher m = LINE.matcher(line);
      if (!m.matches()) {
        throw new IllegalArgumentException(
            "line %d of a directory's listing: expected \"sha256  relative/path\" but found \"%s\""
                .formatted(entries.size() + 1, OneLine.of(OneLine.cut(line, MOST_SHOWN))));
      }
      entries.add(new Entry(m.group(1), m.group(2)));
    }
    check(entries);
    return new FileTree(entries);
  }

  /** Whether a file of this name can be in a listing. */
  public static boolean canHold(String path) {
    if (path.isEmpty() || path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == 0x7f)) {
      return false;
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /** Whether file systems have room for its names, with those of directories before it. */
  private static boolean isShort(String path) {
    return bytes(path) <= LONGEST_PATH
        && Stream.of(path.split("/", -1)).allMatch(name -> bytes(name) <= LONGEST_NAME);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void check(List<Entry> entries) {
    Set<String> files = new HashSet<>();
    Set<String> folders = new HashSet<>();
    for (Entry entry : entries) {
      String path = entry.path();
      if (!isShort(path)) {
        throw new IllegalArgumentException(
            "a directory's listing: expected names of at most %d bytes, and paths of at most %d, but found longer ones"
                .formatted(LONGEST_NAME, LONGEST_PATH));
      }
      if (!canHold(path)) {
        throw new IllegalArgumentException(
            "a directory's listing: expected a path below the directory but found \"%s\""
                .formatted(path));
      }
      if (!files.add(path)) {
        throw new IllegalArgumentException("a directory's listing names " + path + " twice");
      }
      for (int at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        folders.add(path.substring(0, at));
      }
    }
    for (String file : files) {
      if (folders.contains(file)) {
        throw new IllegalArgumentException(
            "a directory's listing names " + file + " as a file and as a directory");
      }
    }
  }

  /** What {@link #parse} reads. */
  public String text() {
    return entries.stream()
        .map(entry -> entry.sha256() + "  " + entry.path() + "\n")
        .collect(Collectors.joining());
  }
}
