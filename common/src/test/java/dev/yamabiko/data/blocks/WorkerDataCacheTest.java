package dev.yamabiko.data.blocks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.DatasetHash;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.blocks.WorkerDataCache.CachedData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class WorkerDataCacheTest {

  private static final long ROOMY = 1 << 30;

  /** Some more than 4 blocks. */
  private static final int EXAMPLES = 300;

  private static final int BLOCKS = 5;

  @TempDir private Path directory;

  private PreparedDatasets datasets() {
    return new PreparedDatasets(directory.resolve("coordinator"), ROOMY);
  }

  private Path cacheDirectory() {
    return directory.resolve("worker/cache");
  }

  private WorkerDataCache cache(long mostBytes) {
    return new WorkerDataCache(cacheDirectory(), mostBytes);
  }

  private static DatasetRef prepared(PreparedDatasets datasets, LoadedData data) {
    try (PreparedDatasets.Prepared prepared = datasets.prepare(data, Served.hash(data))) {
      return prepared.ref();
    }
  }

  private DatasetRef ref;
  private Served source;

  private void serve() {
    PreparedDatasets datasets = datasets();
    source = new Served(datasets);
    ref = prepared(datasets, Served.data(EXAMPLES, 1));
  }

  private Path file(String ending) {
    return cacheDirectory().resolve(ref.contentSha256() + ending);
  }

  private void assertRight(CachedData data) {
    assertEquals(ref.dataSha256(), DatasetHash.sha256(data.train(), data.validation()));
  }

  /** Opens, looks at it, closes; returns the blocks that had to be fetched. */
  private int open(WorkerDataCache cache) {
    try (CachedData data = cache.open(ref, source)) {
      assertRight(data);
      return data.fetchedBlocks();
    }
  }

  private String errorOf(WorkerDataCache cache) {
    return assertThrows(DataException.class, () -> cache.open(ref, source)).getMessage();
  }

  @Test
  void shouldFetchOnceAndReuseAfterwards() throws IOException {
    serve();
    assertEquals(BLOCKS, open(cache(ROOMY)));
    assertEquals(List.of(-1, 0, 1, 2, 3, 4), source.asked());
    source.forget();
    assertEquals(0, open(cache(ROOMY)));
    assertEquals(List.of(), source.asked());
    assertEquals(ref.bytes(), Files.size(file("")));
    assertFalse(Files.exists(file(".part")));
  }

  @Test
  void shouldAskForSomeBlocksAtOnce() throws Exception {
    PreparedDatasets datasets = datasets();
    ref = prepared(datasets, Served.data(64 * 12, 1));
    List<CompletableFuture<ByteBuffer>> underWay = new ArrayList<>();
    CountDownLatch eight = new CountDownLatch(BlockFetch.IN_FLIGHT);
    BlockSource slow =
        (content, index) -> {
          ByteBuffer right = datasets.block(content, index);
          if (index < 0 || eight.getCount() == 0) {
            return CompletableFuture.completedFuture(right);
          }
          CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
          underWay.add(answer.completeOnTimeout(right, 10, TimeUnit.MILLISECONDS));
          eight.countDown();
          return answer;
        };
    try (CachedData data = cache(ROOMY).open(ref, slow)) {
      assertRight(data);
    }
    assertEquals(BlockFetch.IN_FLIGHT, underWay.size());
  }

  @Test
  void shouldAskOnceMoreForAWrongBlock() {
    serve();
    source.failing(
        2,
        (right, before) ->
            CompletableFuture.completedFuture(before == 0 ? Served.flipped(right) : right));
    assertEquals(BLOCKS, open(cache(ROOMY)));
    assertEquals(2, source.asked().stream().filter(i -> i == 2).count());
  }

  @Test
  void shouldFailWhereABlockIsWrongTwice() {
    serve();
    source.failing(2, (right, before) -> CompletableFuture.completedFuture(Served.flipped(right)));
    String error = errorOf(cache(ROOMY));
    assertTrue(
        error.matches(
            "block 2 of data "
                + ref.contentSha256()
                + " arrived wrong twice: expected 524288 bytes with SHA-256 [0-9a-f]{64} but found"
                + " 524288 with [0-9a-f]{64}"),
        error);
    source.forget();
    assertTrue(open(cache(ROOMY)) <= BLOCKS - 2);
  }

  @Test
  void shouldRefuseABlockOfAnotherLength() {
    serve();
    source.failing(4, (right, before) -> CompletableFuture.completedFuture(right.slice(0, 1000)));
    String error = errorOf(cache(ROOMY));
    assertTrue(error.contains("but found 1000 with"), error);
  }

  @Test
  void shouldAskOnceMoreForAWrongManifest() {
    serve();
    source.failing(
        -1,
        (right, before) ->
            CompletableFuture.completedFuture(before == 0 ? Served.flipped(right) : right));
    open(cache(ROOMY));
    source.forget();
    ref = prepared(datasets(), Served.data(EXAMPLES, 2));
    PreparedDatasets other = datasets();
    ref = prepared(other, Served.data(EXAMPLES, 2));
    source =
        new Served(other)
            .failing(
                -1, (right, before) -> CompletableFuture.completedFuture(Served.flipped(right)));
    String error = errorOf(cache(ROOMY));
    assertTrue(error.contains("manifest of this run's data arrived wrong twice"), error);
    assertEquals(List.of(-1, -1), source.asked());
  }

  @Test
  void shouldGoOnWhereAFailedSourceStopped() throws IOException {
    serve();
    source.failing(
        3, (right, before) -> CompletableFuture.failedFuture(new IOException("connection lost")));
    assertEquals(
        "block 3 of data " + ref.contentSha256() + " cannot be fetched: connection lost",
        errorOf(cache(ROOMY)));
    assertTrue(Files.exists(file(".part")));
    assertFalse(Files.exists(file("")));
    source.forget();
    assertEquals(2, open(cache(ROOMY)));
    assertEquals(List.of(3, 4), source.asked());
  }

  @Test
  void shouldSayThatASourceThrewOrDidNotAnswer() {
    serve();
    source.failing(
        1,
        (right, before) -> {
          throw new IllegalStateException("no connection");
        });
    assertTrue(errorOf(cache(ROOMY)).endsWith("cannot be fetched: no connection"));
    CompletableFuture<ByteBuffer> never = new CompletableFuture<>();
    source.failing(1, (right, before) -> never);
    WorkerDataCache impatient =
        new WorkerDataCache(cacheDirectory(), ROOMY, Duration.ofMillis(20), path -> ROOMY);
    assertTrue(errorOf(impatient).endsWith("cannot be fetched: no answer within 0.02 s"));
    assertTrue(never.isCancelled());
  }

  @Test
  void shouldFetchOnlyWhatATornPartLacks() throws IOException {
    serve();
    open(cache(ROOMY));
    byte[] whole = Files.readAllBytes(file(""));
    Files.delete(file(""));
    byte[] torn = Arrays.copyOf(whole, 3 * BlockManifest.BLOCK - 5);
    torn[10] ^= 1;
    Files.write(file(".part"), torn);
    source.forget();
    assertEquals(4, open(cache(ROOMY)));
    assertEquals(List.of(0, 2, 3, 4), source.asked());
  }

  @Test
  void shouldFetchAnewWhatIsDamaged() throws IOException {
    serve();
    open(cache(ROOMY));
    byte[] whole = Files.readAllBytes(file(""));
    byte[] damaged = whole.clone();
    damaged[BlockManifest.BLOCK] ^= 64;
    for (byte[] wrong :
        List.of(damaged, Arrays.copyOf(whole, whole.length - 1), Arrays.copyOf(whole, 4 << 20))) {
      Files.write(file(""), wrong);
      source.forget();
      assertEquals(wrong.length > whole.length ? 0 : 1, open(cache(ROOMY)));
      assertArrayEquals(whole, Files.readAllBytes(file("")));
    }
    for (byte[] wrong : List.of(new byte[0], new byte[(int) Files.size(file(".manifest"))])) {
      Files.write(file(".manifest"), wrong);
      source.forget();
      assertEquals(0, open(cache(ROOMY)));
      assertEquals(List.of(-1), source.asked());
    }
  }

  /** Where a file has changed, but not its size, though its time may be any. */
  private void damage(Path file, long at, FileTime time) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), at);
    }
    Files.setLastModifiedTime(file, time);
  }

  @Test
  void shouldLookAgainAtWhatThisCacheFoundRightBefore() throws IOException {
    serve();
    WorkerDataCache cache = cache(ROOMY);
    open(cache);
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(5)));
    Files.setLastModifiedTime(file(""), old);
    assertEquals(0, open(cache));
    source.forget();
    damage(file(""), BlockManifest.BLOCK + 1000, FileTime.from(Instant.now()));
    assertEquals(1, open(cache));
    assertEquals(List.of(1), source.asked());
    // Shortly after a change another one may have the same time.
    FileTime now = Files.getLastModifiedTime(file(""));
    assertEquals(0, open(cache));
    damage(file(""), 10, now);
    assertEquals(1, open(cache));
  }

  @Test
  void shouldNotTakeTheUseOfDataForAChange() throws IOException {
    serve();
    WorkerDataCache cache = cache(ROOMY);
    open(cache);
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(5)));
    Files.setLastModifiedTime(file(""), old);
    open(cache);
    assertEquals(old, Files.getLastModifiedTime(file("")));
    assertTrue(Files.getLastModifiedTime(file(".manifest")).compareTo(old) > 0);
  }

  @Test
  void shouldFetchOnceForTwoCachesOfOneDirectory() {
    serve();
    List<CompletableFuture<Integer>> openers =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> open(cache(ROOMY)), task -> new Thread(task).start()))
            .toList();
    int fetched = openers.stream().mapToInt(CompletableFuture::join).sum();
    assertEquals(BLOCKS, fetched);
    assertEquals(BLOCKS + 1, source.asked().size());
  }

  private Set<String> contents() {
    try (Stream<Path> files = Files.list(cacheDirectory())) {
      Set<String> names = new HashSet<>();
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.length() >= 64)
          .forEach(name -> names.add(name.substring(0, 64)));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Room for three and a half. */
  private WorkerDataCache small() {
    return cache(7 * ref.bytes() / 2);
  }

  private List<DatasetRef> several(int count) {
    PreparedDatasets datasets = datasets();
    source = new Served(datasets);
    return IntStream.range(0, count)
        .mapToObj(i -> prepared(datasets, Served.data(EXAMPLES, 10 + i)))
        .toList();
  }

  private void openEach(List<DatasetRef> refs) {
    for (DatasetRef each : refs) {
      ref = each;
      open(small());
    }
  }

  private void usedBefore(int hours) throws IOException {
    Instant time = Instant.now().minus(Duration.ofHours(hours));
    for (String ending : List.of("", ".manifest")) {
      Files.setLastModifiedTime(file(ending), FileTime.from(time));
    }
  }

  @Test
  void shouldEvictWhatWasUsedLongestAgo() throws IOException {
    List<DatasetRef> refs = several(4);
    openEach(refs.subList(0, 3));
    for (int i = 0; i < 3; i++) {
      ref = refs.get(i);
      usedBefore(10 - i);
    }
    ref = refs.get(0);
    assertEquals(0, open(small())); // now the second is the one used longest ago
    ref = refs.get(3);
    open(small());
    assertEquals(
        Set.of(
            refs.get(0).contentSha256(), refs.get(2).contentSha256(), refs.get(3).contentSha256()),
        contents());
  }

  @Test
  void shouldNotEvictWhatIsInUse() throws IOException {
    List<DatasetRef> refs = several(4);
    ref = refs.get(0);
    try (CachedData used = small().open(ref, source)) {
      openEach(refs.subList(1, 3));
      ref = refs.get(0);
      usedBefore(100);
      openEach(refs.subList(3, 4));
      ref = refs.get(0);
      assertRight(used);
      assertTrue(contents().contains(ref.contentSha256()));
    }
    usedBefore(100);
    openEach(refs.subList(1, 2));
    assertFalse(contents().contains(refs.get(0).contentSha256()));
  }

  @Test
  void shouldNotEvictWhatAnotherProcessUses() throws IOException {
    List<DatasetRef> refs = several(2);
    openEach(refs.subList(0, 1));
    WorkerDataCache tight = cache(3 * ref.bytes() / 2);
    OtherProcess other =
        OtherProcess.holding(cacheDirectory(), ContentDirectory.IN_USE + ref.contentSha256());
    try (other) {
      ref = refs.get(1);
      String error = errorOf(tight);
      assertTrue(error.contains("are in use by other runs"), error);
      ref = refs.get(0);
      source.forget();
      assertEquals(0, open(tight));
    }
    ref = refs.get(1);
    open(tight);
    assertEquals(Set.of(ref.contentSha256()), contents());
  }

  @Test
  void shouldLeaveNothingInUseWhenInterrupted() {
    serve();
    source.failing(3, (right, before) -> new CompletableFuture<>());
    Thread.currentThread().interrupt();
    assertEquals("interrupted before a run's data was there", errorOf(cache(ROOMY)));
    assertTrue(Thread.interrupted());
    source.forget();
    open(cache(ROOMY));
  }

  @Test
  void shouldSayThatOthersUseAllTheRoom() {
    List<DatasetRef> refs = several(2);
    ref = refs.get(0);
    WorkerDataCache tight = cache(3 * ref.bytes() / 2);
    try (CachedData used = tight.open(ref, source)) {
      ref = refs.get(1);
      String error = errorOf(tight);
      assertTrue(error.endsWith("are in use by other runs: allow more, or wait for these"), error);
      ref = refs.get(0);
      assertRight(used);
    }
    ref = refs.get(1);
    assertEquals(BLOCKS, open(tight));
    assertEquals(Set.of(ref.contentSha256()), contents());
  }

  @Test
  void shouldEvictTheLeftOverPartsOfOthers() throws IOException {
    List<DatasetRef> refs = several(2);
    ref = refs.get(0);
    source.failing(3, (right, before) -> CompletableFuture.failedFuture(new IOException("lost")));
    WorkerDataCache tight = cache(3 * ref.bytes() / 2);
    errorOf(tight);
    assertEquals(ref.bytes(), Files.size(file(".part")));
    source.forget();
    ref = refs.get(1);
    open(tight);
    assertEquals(Set.of(ref.contentSha256()), contents());
  }

  @Test
  void shouldRefuseWhatIsLargerThanAllTheRoom() {
    serve();
    String error = errorOf(cache(ref.bytes()));
    assertEquals(
        String.format(
            "%s: this run's data takes %d bytes but all data kept here may take %d: allow more",
            cacheDirectory(), ref.bytes() + 24 + 32 * BLOCKS, ref.bytes()),
        error);
    assertEquals(List.of(), source.asked());
  }

  @Test
  void shouldSayThatTheDiskIsFull() {
    serve();
    long free = ref.bytes() - 1;
    WorkerDataCache full =
        new WorkerDataCache(cacheDirectory(), ROOMY, Duration.ofSeconds(9), path -> free);
    assertEquals(
        String.format(
            "%s: the disk is full: this run's data needs %d bytes more but %d are free",
            cacheDirectory(), ref.bytes(), free),
        errorOf(full));
  }

  @Test
  void shouldFetchAgainWhenTheDirectoryWasDeleted() throws IOException {
    serve();
    WorkerDataCache cache = cache(ROOMY);
    open(cache);
    try (Stream<Path> files = Files.list(cacheDirectory())) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(cacheDirectory());
    assertEquals(BLOCKS, open(cache));
  }

  @Test
  void shouldRefuseDataOfAnotherHash() {
    serve();
    DatasetRef right = ref;
    ref = new DatasetRef(right.contentSha256(), right.bytes(), "0".repeat(64));
    assertTrue(errorOf(cache(ROOMY)).contains("expected data_sha256 000"));
    ref = new DatasetRef(right.contentSha256(), right.bytes() + 1, right.dataSha256());
    assertTrue(errorOf(cache(ROOMY)).contains("is not of"), errorOf(cache(ROOMY)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new DatasetRef("../" + right.contentSha256().substring(3), 1, right.dataSha256()));
  }

  @Test
  void shouldSayInPlainWordsThatTheDirectoryIsAFile() throws IOException {
    serve();
    Path file = Files.writeString(directory.resolve("afile"), "no directory");
    WorkerDataCache there = new WorkerDataCache(file, ROOMY);
    String message = assertThrows(DataException.class, () -> open(there)).getMessage();
    assertTrue(
        message.startsWith(
            "%s: a run's data cannot be kept there: %s is no directory (".formatted(file, file)),
        message);
  }
}
