package dev.yamabiko.data.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.data.blocks.PreparedDatasets.Prepared;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class PreparedDatasetsTest {

  private static final long ROOMY = 1 << 30;

  @TempDir private Path directory;

  /** Counts how often the first example was read. */
  private record Counted(Dataset data, AtomicInteger reads) implements Dataset {
    @Override
    public int size() {
      return data.size();
    }

    @Override
    public Shape inputShape() {
      return data.inputShape();
    }

    @Override
    public Targets targets() {
      return data.targets();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      if (index == 0) {
        reads.incrementAndGet();
      }
      data.readInput(index, into, at);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      data.readTarget(index, into, at);
    }
  }

  private final AtomicInteger reads = new AtomicInteger();
  private final LoadedData data = counted(Served.data(200, 1));
  private final String hash = Served.hash(data);

  private LoadedData counted(LoadedData data) {
    return new LoadedData(
        new Counted(data.train(), reads), data.validation(), List.of(), Optional.empty());
  }

  private PreparedDatasets datasets() {
    return new PreparedDatasets(directory, ROOMY);
  }

  private static DatasetRef prepare(PreparedDatasets datasets, LoadedData data) {
    try (Prepared prepared = datasets.prepare(data, Served.hash(data))) {
      return prepared.ref();
    }
  }

  private List<Path> files(String ending) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> !file.endsWith("locks") && file.toString().endsWith(ending))
          .toList();
    }
  }

  private Path content(LoadedData data) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      String begin = Served.hash(data) + "-1-";
      return files
          .filter(file -> file.getFileName().toString().matches(begin + "[0-9a-f]{16}"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static byte[] all(PreparedDatasets datasets, DatasetRef ref) {
    ByteBuffer all = ByteBuffer.allocate((int) ref.bytes());
    for (int i = 0; i < BlockManifest.blocks(ref.bytes()); i++) {
      all.put(datasets.block(ref.contentSha256(), i));
    }
    return all.array();
  }

  @Test
  void shouldServeTheFileAndItsManifest() throws IOException {
    PreparedDatasets datasets = datasets();
    DatasetRef ref = prepare(datasets, data);
    assertEquals(hash, ref.dataSha256());
    assertArrayEquals(Files.readAllBytes(content(data)), all(datasets, ref));
    ByteBuffer page = datasets.block(ref.contentSha256(), -1);
    byte[] manifest = new byte[page.remaining()];
    page.get(manifest);
    assertEquals(
        ref.contentSha256(),
        BlockManifest.parse(manifest, ref.bytes()).orElseThrow().contentSha256());
    assertEquals(List.of(), files(".part"));
  }

  @Test
  void shouldWriteOnce() {
    PreparedDatasets datasets = datasets();
    DatasetRef first = prepare(datasets, data);
    reads.set(0);
    try (Prepared again = datasets.prepare(data, hash);
        Prepared restarted = datasets().prepare(data, hash)) {
      assertEquals(first, again.ref());
      assertEquals(first, restarted.ref());
    }
    assertEquals(0, reads.get());
  }

  @Test
  void shouldWriteOnceForCallersAtOnce() {
    PreparedDatasets datasets = datasets();
    int before = reads.get();
    List<CompletableFuture<DatasetRef>> callers =
        IntStream.range(0, 6)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          PreparedDatasets of = i % 2 == 0 ? datasets : datasets();
                          try (Prepared prepared = of.prepare(data, hash)) {
                            return prepared.ref();
                          }
                        },
                        task -> new Thread(task).start()))
            .toList();
    assertEquals(1, callers.stream().map(CompletableFuture::join).distinct().count());
    assertEquals(2, reads.get() - before); // to see the different values, and to write
  }

  @Test
  void shouldMakeAnewWhatIsTornOrDamaged() throws IOException {
    DatasetRef ref = prepare(datasets(), data);
    Path content = content(data);
    byte[] whole = Files.readAllBytes(content);
    byte[] damaged = whole.clone();
    damaged[600_000] ^= 1;
    for (byte[] wrong : List.of(damaged, Arrays.copyOf(whole, whole.length / 2), new byte[0])) {
      Files.write(content, wrong);
      PreparedDatasets restarted = datasets();
      assertEquals(ref, prepare(restarted, data));
      assertArrayEquals(whole, all(restarted, ref));
    }
    Path manifest = files(".manifest").get(0);
    for (byte[] wrong : List.of(new byte[0], new byte[(int) Files.size(manifest)])) {
      Files.write(manifest, wrong);
      assertEquals(ref, prepare(datasets(), data));
    }
    Files.move(content, content.resolveSibling(content.getFileName() + ".part"));
    assertEquals(ref, prepare(datasets(), data));
    assertArrayEquals(whole, Files.readAllBytes(content));
  }

  @Test
  void shouldMakeAnewWhatIsDamagedUnderItsOwnMapping() throws IOException {
    PreparedDatasets datasets = datasets();
    DatasetRef ref = prepare(datasets, data);
    Path content = content(data);
    byte[] whole = Files.readAllBytes(content);
    Files.setLastModifiedTime(content, FileTime.from(Instant.now().minusSeconds(3600)));
    reads.set(0);
    datasets.prepare(data, hash).close();
    assertEquals(0, reads.get());
    try (FileChannel channel = FileChannel.open(content, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 600_000);
    }
    assertEquals(ref, prepare(datasets, data));
    assertArrayEquals(whole, all(datasets, ref));
  }

  @Test
  void shouldRefuseDataThatHasChanged() throws IOException {
    String other = Served.hash(Served.data(200, 2));
    DataException error = assertThrows(DataException.class, () -> datasets().prepare(data, other));
    assertEquals(
        "the data changed while it was read: expected data_sha256 " + other + " but found " + hash,
        error.getMessage());
    assertEquals(List.of(), files(""));
  }

  @Test
  void shouldEvictWhatWasUsedLongestAgoButNotWhatIsInUse() throws IOException {
    List<LoadedData> several =
        IntStream.range(0, 4).mapToObj(seed -> Served.data(200, seed)).toList();
    long each = prepare(datasets(), several.get(0)).bytes();
    PreparedDatasets small = new PreparedDatasets(directory, 7 * each / 2);
    DatasetRef evicted;
    try (Prepared used = small.prepare(several.get(0), Served.hash(several.get(0)))) {
      evicted = prepare(small, several.get(1));
      prepare(small, several.get(2));
      for (int i = 0; i < 3; i++) {
        Path file = content(several.get(i));
        FileTime time = FileTime.from(Instant.now().minusSeconds(3600 - i));
        Files.setLastModifiedTime(file, time);
        Files.setLastModifiedTime(file.resolveSibling(file.getFileName() + ".manifest"), time);
      }
      prepare(small, several.get(3));
      assertEquals(used.ref().bytes(), all(small, used.ref()).length);
    }
    assertEquals(3, files(".manifest").size());
    DataException error =
        assertThrows(DataException.class, () -> small.block(evicted.contentSha256(), 0));
    assertEquals(
        "no data " + evicted.contentSha256() + " is served here, or no longer", error.getMessage());
    assertEquals(evicted, prepare(small, several.get(1)));
  }

  /**
   * A disk that has so many bytes: what is deleted but still mapped takes room, as on a real one.
   */
  private long left(long disk) {
    try {
      long taken = 0;
      for (Path file : files("")) {
        taken += ((Number) Files.getAttribute(file, "unix:size")).longValue();
      }
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        if (line.contains(directory.toString()) && line.endsWith(" (deleted)")) {
          String[] range = line.split(" ")[0].split("-");
          taken += Long.parseLong(range[1], 16) - Long.parseLong(range[0], 16);
        }
      }
      return disk - taken;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldNotCountWhatAKilledOneHasWrittenOfTheSameData() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/maps")));
    DatasetRef ref = prepare(datasets(), data);
    Path content = content(data);
    Files.move(content, content.resolveSibling(content.getFileName() + ".part"));
    Files.delete(files(".manifest").get(0));
    long disk = ref.bytes() + 1000;
    assertEquals(ref, prepare(new PreparedDatasets(directory, ROOMY, path -> left(disk)), data));
  }

  @Test
  void shouldHaveTheRoomOfWhatItEvictsThoughItHasMappedIt() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/maps")));
    LoadedData first = Served.data(200, 1);
    LoadedData second = Served.data(200, 2);
    LoadedData third = Served.data(200, 3);
    long each = prepare(datasets(), first).bytes();
    long disk = 5 * each / 2;
    PreparedDatasets datasets = new PreparedDatasets(directory, ROOMY, path -> left(disk));
    DatasetRef gone = prepare(datasets, first);
    DatasetRef stays = prepare(datasets, second);
    prepare(datasets, third);
    assertEquals(2, files(".manifest").size());
    assertThrows(DataException.class, () -> datasets.block(gone.contentSha256(), 0));
    assertEquals(each, all(datasets, stays).length);
  }

  @Test
  void shouldForgetWhatItEvictsAlsoWhereThatIsNotEnough() throws IOException {
    long[] free = {ROOMY};
    PreparedDatasets datasets = new PreparedDatasets(directory, ROOMY, path -> free[0]);
    DatasetRef gone = prepare(datasets, data);
    free[0] = 5;
    assertThrows(DataException.class, () -> prepare(datasets, Served.data(100, 3)));
    assertEquals(List.of(), files(".manifest"));
    assertThrows(DataException.class, () -> datasets.block(gone.contentSha256(), 0));
  }

  @Test
  void shouldEvictNothingInVain() throws IOException {
    List<LoadedData> several =
        IntStream.range(0, 3).mapToObj(seed -> Served.data(200, seed)).toList();
    long each = prepare(datasets(), several.get(0)).bytes();
    PreparedDatasets small = new PreparedDatasets(directory, 7 * each / 2);
    prepare(small, several.get(1));
    Prepared used = small.prepare(several.get(2), Served.hash(several.get(2)));
    try (used) {
      DataException error =
          assertThrows(DataException.class, () -> prepare(small, Served.data(600, 9)));
      assertTrue(error.getMessage().contains("are in use by other runs"), error.getMessage());
    }
    assertEquals(3, files(".manifest").size());
    PreparedDatasets full = new PreparedDatasets(directory, ROOMY, path -> each);
    assertThrows(DataException.class, () -> prepare(full, Served.data(1000, 9)));
    assertEquals(3, files(".manifest").size());
  }

  @Test
  void shouldRefuseAnIndexThatIsNotThere() {
    PreparedDatasets datasets = datasets();
    DatasetRef ref = prepare(datasets, data);
    for (int index : new int[] {4, Integer.MAX_VALUE, -2, Integer.MIN_VALUE}) {
      DataException error =
          assertThrows(DataException.class, () -> datasets.block(ref.contentSha256(), index));
      assertEquals(
          String.format(
              "data %s has 4 blocks and 1 pages of its manifest but index %d is asked for",
              ref.contentSha256(), index),
          error.getMessage());
    }
  }

  @Test
  void shouldTellDataApartByTheNamesOfClasses() {
    Dataset numbered = Served.data(200, 1).train();
    Dataset named = new Served.Scrambled(200, new Targets.Classes(List.of("a", "b", "c")), 1);
    PreparedDatasets datasets = datasets();
    DatasetRef first = prepare(datasets, of(numbered));
    DatasetRef second = prepare(datasets, of(named));
    assertEquals(first.dataSha256(), second.dataSha256());
    assertNotEquals(first.contentSha256(), second.contentSha256());
  }

  private static LoadedData of(Dataset train) {
    return new LoadedData(train, Optional.empty(), List.of(), Optional.empty());
  }

  @Test
  void shouldSayThatThereIsNoRoom() {
    PreparedDatasets small = new PreparedDatasets(directory, 1000);
    DataException error = assertThrows(DataException.class, () -> small.prepare(data, hash));
    assertTrue(error.getMessage().contains("may take 1000: allow more"), error.getMessage());
    PreparedDatasets full = new PreparedDatasets(directory, ROOMY, path -> 999L);
    DataException noDisk = assertThrows(DataException.class, () -> full.prepare(data, hash));
    assertTrue(noDisk.getMessage().endsWith("bytes more but 999 are free"), noDisk.getMessage());
    // Which tells whoever asked that there may be room later.
    assertEquals(
        "No space left on device",
        assertInstanceOf(FileSystemException.class, noDisk.getCause()).getReason());
    assertFalse(Files.exists(directory.resolve(hash)));
  }
}
