package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetCacheTest {

  private static final byte[] CONTENT =
      "forty-two bytes of content, not one more..".getBytes(StandardCharsets.US_ASCII);
  private static final int FILE_SIZE = CacheFile.HEADER + CONTENT.length;

  @TempDir private Path directory;

  private final AtomicInteger built = new AtomicInteger();
  private Path source;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.writeString(directory.resolve("source"), "abc");
  }

  private Path cacheDirectory() {
    return directory.resolve("deep/cache");
  }

  private DatasetCache.Entry open(String description) throws IOException {
    return Stores.cache(cacheDirectory())
        .open(
            description,
            List.of(source),
            CONTENT.length,
            out -> {
              built.incrementAndGet();
              out.write(CONTENT);
              return 6;
            });
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(cacheDirectory())) {
      return files.filter(file -> !file.endsWith(".locks")).toList();
    }
  }

  private static void assertWhole(DatasetCache.Entry entry) {
    assertArrayEquals(CONTENT, entry.segments().bytes(0, CONTENT.length));
    assertEquals(CONTENT.length, entry.segments().length());
    assertEquals(6, entry.rows());
  }

  @Test
  void shouldBuildOnceAndReadAfterwards() throws IOException {
    assertWhole(open("a"));
    assertWhole(open("a"));
    assertEquals(1, built.get());
    assertEquals(1, files().size());
    assertEquals(FILE_SIZE, Files.size(files().get(0)));
  }

  @Test
  void shouldBuildAgainWhenDescriptionOrSourceDiffer() throws IOException {
    Path first = open("a").file();
    assertNotEquals(first, open("b").file());
    Files.writeString(source, "abcd");
    Path longer = open("a").file();
    assertNotEquals(first, longer);
    Files.setLastModifiedTime(source, FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
    assertNotEquals(longer, open("a").file());
    assertEquals(4, built.get());
  }

  @Test
  void shouldBuildAgainWhenAnyByteIsFlipped() throws IOException {
    Path file = open("a").file();
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x10;
      // A file that is mapped is never written to.
      Files.delete(file);
      Files.write(file, damaged);
      assertWhole(open("a"));
      assertEquals(i + 2, built.get(), "byte " + i);
      assertArrayEquals(whole, Files.readAllBytes(file));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 129, 169, 171, 1000})
  void shouldBuildAgainWhenTheFileIsCutOrLonger(int size) throws IOException {
    Path file = open("a").file();
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    Files.write(file, Arrays.copyOf(whole, size));
    assertWhole(open("a"));
    assertEquals(2, built.get());
    assertEquals(1, files().size());
  }

  @Test
  void shouldNotTakeAnotherEntryThatWasMovedThere() throws IOException {
    Path a = open("a").file();
    Path b = open("b").file();
    Files.delete(a);
    Files.move(b, a);
    open("a");
    assertEquals(3, built.get());
  }

  @Test
  void shouldBuildTheSameEntryTwiceAtOnce() throws IOException {
    DatasetCache.Entry outer =
        Stores.cache(cacheDirectory())
            .open(
                "a",
                List.of(source),
                CONTENT.length,
                out -> {
                  out.write(CONTENT, 0, 20);
                  assertWhole(open("a"));
                  out.write(CONTENT, 20, CONTENT.length - 20);
                  return 6;
                });
    assertWhole(outer);
    assertEquals(1, files().size());
  }

  @Test
  void shouldLeaveNothingBehindWhenBuildingFails() throws IOException {
    DatasetCache cache = Stores.cache(cacheDirectory());
    assertThrows(
        DataException.class,
        () ->
            cache.open(
                "a",
                List.of(source),
                0,
                out -> {
                  out.write(CONTENT);
                  throw new DataException("line 7 is wrong");
                }));
    assertEquals(List.of(), files());
  }

  @Test
  void shouldRefuseASourceThatChangesWhileItIsRead() throws IOException {
    DatasetCache cache = Stores.cache(cacheDirectory());
    assertEquals(
        source + ": the file changed while it was read",
        errorOf(
            () ->
                cache.open(
                    "a",
                    List.of(source),
                    0,
                    out -> {
                      Files.writeString(source, "changed");
                      return 0;
                    })));
    assertEquals(List.of(), files());
  }

  @Test
  void shouldNameDirectoryAndBytesWhenTheDiskIsTooFull() throws IOException {
    DatasetCache full = Stores.cache(cacheDirectory(), Long.MAX_VALUE, 1000);
    assertEquals(
        cacheDirectory()
            + ": the dataset cache needs 4000000128 bytes there but 1000 are free; the environment"
            + " variable YAMABIKO_CACHE can name another directory",
        errorOf(() -> full.open("a", List.of(source), 4_000_000_000L, out -> 0)));
    assertEquals(List.of(), files());
  }

  @Test
  void shouldNameTheDirectoryWhenItCannotBeOne() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertEquals(
        file
            + ": cannot be used as dataset cache: FileAlreadyExists "
            + file
            + "; the environment variable YAMABIKO_CACHE can name another directory",
        errorOf(() -> Stores.cache(file).open("a", List.of(source), 0, out -> 0)));
  }

  @Test
  void shouldTakeTheDirectoryFromTheEnvironment() {
    Path home = Path.of("/home/ann");
    assertEquals(Path.of("/home/ann/.cache/yamabiko"), CacheHome.of(Map.of(), home));
    assertEquals(
        Path.of("/caches/yamabiko"), CacheHome.of(Map.of("XDG_CACHE_HOME", "/caches"), home));
    assertEquals(
        Path.of("/home/ann/.cache/yamabiko"),
        CacheHome.of(Map.of("XDG_CACHE_HOME", "relative"), home));
    assertEquals(
        Path.of("/fast"),
        CacheHome.of(Map.of("XDG_CACHE_HOME", "/caches", "YAMABIKO_CACHE", "/fast"), home));
  }
}
