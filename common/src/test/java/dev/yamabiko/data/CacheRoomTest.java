package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes from the cache, and what stays. */
class CacheRoomTest {

  private static final int CONTENT = 1000;
  private static final int ENTRY = CONTENT + CacheFile.HEADER;
  private static final long ANY = Long.MAX_VALUE;

  @TempDir private Path directory;

  private Path cache;
  private Path source;
  private final AtomicInteger built = new AtomicInteger();

  @BeforeEach
  void writeSource() throws IOException {
    cache = directory.resolve("cache");
    source = Files.writeString(directory.resolve("source"), "abc");
  }

  private DatasetCache.Entry open(String description, long bound, long usable) throws IOException {
    return open(description, bound, usable, CONTENT);
  }

  private DatasetCache.Entry open(String description, long bound, long usable, int bytesNeeded)
      throws IOException {
    return Stores.cache(cache, bound, usable)
        .open(
            description,
            List.of(source),
            bytesNeeded,
            out -> {
              built.incrementAndGet();
              out.write(new byte[CONTENT]);
              return 1;
            });
  }

  /** Puts an entry there that nobody uses, and that was used so many hours ago. */
  private Path unused(String description, int hours) throws Exception {
    Path file = madeByAnother(description);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(hours))));
    return file;
  }

  /** Made in another directory and copied, so that this process holds no lock on it. */
  private Path madeByAnother(String description) throws IOException {
    Path elsewhere =
        Stores.cache(directory.resolve("elsewhere"))
            .open(
                description,
                List.of(source),
                CONTENT,
                out -> {
                  out.write(new byte[CONTENT]);
                  return 1;
                })
            .file();
    Files.createDirectories(cache);
    return Files.copy(elsewhere, cache.resolve(elsewhere.getFileName()));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(file -> !file.endsWith(".locks")).sorted().toList();
    }
  }

  private static List<Path> sorted(Path... files) {
    return Stream.of(files).sorted().toList();
  }

  @Test
  void shouldEvictTheLeastRecentlyUsedEntriesFirst() throws Exception {
    unused("old", 3);
    Path used = unused("older but used again", 5);
    Path recent = unused("recent", 2);
    Stores.cache(cache).find("older but used again", List.of(source)).orElseThrow();
    Path added = open("new", 3 * ENTRY, ANY).file();
    assertEquals(sorted(used, recent, added), files());
  }

  @Test
  void shouldEvictNothingWhenItFits() throws Exception {
    Path a = unused("a", 3);
    Path b = open("b", 2 * ENTRY, ANY).file();
    assertEquals(sorted(a, b), files());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, CONTENT})
  void shouldEvictWhetherTheSizeIsKnownBeforehandOrNot(int bytesNeeded) throws Exception {
    unused("a", 3);
    Path b = open("b", 2 * ENTRY - 1, ANY, bytesNeeded).file();
    assertEquals(List.of(b), files());
  }

  @Test
  void shouldEvictWhenTheDiskIsFull() throws Exception {
    unused("a", 3);
    unused("b", 2);
    DatasetCache disk =
        new DatasetCache(cache, 4, new CacheRoom.Limits(p -> ANY, p -> 3L * ENTRY - sizes()));
    Path c = disk.open("c", List.of(source), CONTENT, out -> write(out, 2 * CONTENT)).file();
    assertEquals(List.of(c), files());
  }

  private static long write(OutputStream out, int count) throws IOException {
    out.write(new byte[count]);
    return 1;
  }

  private long sizes() {
    try {
      long sum = 0;
      for (Path file : files()) {
        sum += Files.size(file);
      }
      return sum;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldNeverEvictWhatThisProcessUses() throws Exception {
    DatasetCache.Entry used = open("used", ANY, ANY);
    Files.setLastModifiedTime(used.file(), FileTime.from(Instant.EPOCH));
    Path unused = unused("unused", 2);
    // Both stay in use to the end of this test: they are looked at there.
    DatasetCache.Entry added = open("new", 2 * ENTRY, ANY);
    assertEquals(sorted(used.file(), added.file()), files());
    assertTrue(Files.notExists(unused));
    assertEquals(
        String.format(
            "%s: the dataset cache needs %d bytes there but may hold %d in all, and %d are in use;"
                + " the environment variable YAMABIKO_CACHE_BYTES can allow more",
            cache, ENTRY, 2 * ENTRY, 2 * ENTRY),
        errorOf(() -> open("one more", 2 * ENTRY, ANY)));
    assertEquals(sorted(used.file(), added.file()), files());
    assertEquals(CONTENT, used.segments().length());
    assertEquals(CONTENT, added.segments().length());
  }

  @Test
  @Timeout(180)
  void shouldEvictWhatThisProcessUsesNoLonger() throws Exception {
    Path a = open("a", ANY, ANY).file();
    DatasetCache.Entry b = open("b", ANY, ANY);
    Elements elements = new Elements(b.segments(), Decoder.UNIT_BYTES);
    Path used = b.file();
    b = null;
    while (Files.exists(a)) {
      System.gc();
      tryToMakeRoom(2 * ENTRY);
    }
    assertTrue(Files.exists(used));
    float[] value = {-1};
    elements.read(CONTENT - 1, value, 0, 1);
    assertEquals(0, value[0]);
  }

  @Test
  @Timeout(180)
  void shouldFindOutWhatThisProcessUsesNoLongerBeforeItRefuses() throws Exception {
    Path a = open("a", ANY, ANY).file();
    Path b = null;
    while (b == null) {
      try {
        b = open("b", ENTRY, ANY).file();
      } catch (DataException e) {
        // The first is not collected yet.
      }
    }
    assertEquals(List.of(b), files());
    assertTrue(Files.notExists(a));
  }

  private void tryToMakeRoom(long bound) {
    CacheRoom room = new CacheRoom(cache, new CacheRoom.Limits(p -> bound, p -> ANY));
    try {
      room.make(cache.resolve("c"), 0, ENTRY);
    } catch (DataException e) {
      // Both are in use.
    }
  }

  @Test
  void shouldEvictNothingForWhatCanNeverFit() throws Exception {
    Path a = unused("a", 3);
    assertEquals(
        String.format(
            "%s: the dataset cache needs %d bytes there but may hold 1100 in all, and 0 are in use;"
                + " the environment variable YAMABIKO_CACHE_BYTES can allow more",
            cache, ENTRY),
        errorOf(() -> open("b", 1100, ANY)));
    assertEquals(List.of(a), files());
    assertEquals(0, built.get());
  }

  @Test
  void shouldNotEvictWhatAnotherProcessUsesUntilItEnds() throws Exception {
    try (OtherProcess other =
        OtherProcess.start(List.of(), "use", cache.toString(), source.toString())) {
      long size = 4000 + CacheFile.HEADER;
      assertEquals("using " + size, other.line());
      Path theirs = files().get(0);
      Files.setLastModifiedTime(theirs, FileTime.from(Instant.EPOCH));
      assertEquals(
          String.format(
              "%s: the dataset cache needs %d bytes there but may hold %d in all, and %d are in use;"
                  + " the environment variable YAMABIKO_CACHE_BYTES can allow more",
              cache, ENTRY, size, size),
          errorOf(() -> open("b", size, ANY)));
      assertEquals(List.of(theirs), files());
      other.kill();
      Path ours = open("b", size, ANY).file();
      assertEquals(List.of(ours), files());
    }
  }

  @Test
  void shouldRemoveAHalfWrittenFileAsSoonAsItsWriterIsKilled() throws Exception {
    try (OtherProcess other =
        OtherProcess.start(List.of(), "write", cache.toString(), source.toString())) {
      assertEquals("writing", other.line());
      Path half = files().get(0);
      assertTrue(half.toString().endsWith(".tmp"), half.toString());
      Path b = open("b", ANY, ANY).file();
      assertEquals(sorted(half, b), files());
      other.kill();
      assertTrue(Files.exists(half));
      Path c = open("c", ANY, ANY).file();
      assertEquals(sorted(b, c), files());
    }
  }

  @Test
  void shouldTouchNoFilesOfOthers() throws Exception {
    Files.createDirectories(cache);
    Path text = Files.writeString(cache.resolve("notes.txt"), "x".repeat(5000));
    Path temporary = Files.writeString(cache.resolve("download.tmp"), "x");
    Path a = open("a", ENTRY, ANY).file();
    assertEquals(sorted(text, temporary, a), files());
  }

  @Test
  void shouldGoOnWhenTheDirectoryWasDeletedMeanwhile() throws Exception {
    Path a = open("a", ANY, ANY).file();
    Files.delete(a);
    Files.delete(cache.resolve(".locks"));
    Files.delete(cache);
    assertEquals(a, open("a", ANY, ANY).file());
    assertEquals(2, built.get());
  }

  @Test
  void shouldSayOnceWhatFailedWhenTheDiskTakesNoMore() throws Exception {
    Path table = directory.resolve("table.csv");
    Files.writeString(table, "1,2,3\n4,5,7\n".repeat(50_000));
    try (OtherProcess other =
        OtherProcess.startWithSmallFiles(
            1024, "hash", "DISK", table.toString(), cache.toString())) {
      String said = other.rest();
      assertTrue(
          said.matches(
              cache
                  + ": the dataset cache needs \\d+ bytes there but \\d+ are free \\(File too"
                  + " large\\); the environment variable YAMABIKO_CACHE can name another"
                  + " directory"),
          said);
    }
    assertEquals(List.of(), files());
  }

  @Test
  void shouldTakeTheBoundFromTheEnvironment() {
    assertEquals(
        12345, CacheRoom.Limits.of(Map.of(CacheRoom.BOUND, " 12345 ")).bound().applyAsLong(cache));
    assertEquals(
        directory.toFile().getTotalSpace() / 2,
        CacheRoom.Limits.of(Map.of()).bound().applyAsLong(directory));
    for (String wrong : List.of("20GB", "-1", "1e9")) {
      assertEquals(
          "the environment variable YAMABIKO_CACHE_BYTES: expected a number of bytes, such as"
              + " 20000000000, but found '"
              + wrong
              + "'",
          errorOf(() -> CacheRoom.Limits.of(Map.of(CacheRoom.BOUND, wrong))));
    }
  }
}
