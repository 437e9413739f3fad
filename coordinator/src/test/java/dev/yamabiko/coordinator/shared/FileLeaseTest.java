package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.coordination.lease.LeaseSettings;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.data.blocks.ContentLocks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holders and contenders of one lease; which processes live is what the test says. */
@Timeout(180)
class FileLeaseTest {

  private static final String FILE = "yamabiko-singleton-akka---yamabiko-system-x";
  private static final String NAME = "yamabiko-singleton-akka://yamabiko/system/x";

  @TempDir private Path data;
  private final Set<String> dead = ConcurrentHashMap.newKeySet();
  private final List<FileLease> all = new ArrayList<>();
  private final BlockingQueue<FileLease.Loss> told = new LinkedBlockingQueue<>();

  @AfterEach
  void end() {
    all.forEach(FileLease::end);
  }

  private FileLease lease(String node, String timeout, String operation) throws IOException {
    Config config =
        ConfigFactory.parseString(
            """
            data = "%s", node = "%s", lease-class = ""
            heartbeat-interval = 50 ms, heartbeat-timeout = %s, lease-operation-timeout = %s
            """
                .formatted(data, node, timeout, operation));
    FileLease lease =
        new FileLease(LeaseSettings.apply(config, NAME, node), id -> !dead.contains(id), told::add);
    all.add(lease);
    return lease;
  }

  /** A busy machine's holders are in time for it. */
  private FileLease lease(String node) throws IOException {
    return lease(node, "1 h", "300 ms");
  }

  /** It asks for longer than a holder may be silent, as the cluster's settings have it. */
  private FileLease hasty(String node) throws IOException {
    return lease(node, "700 ms", "30 s");
  }

  /** It must answer, whatever happens. */
  private static boolean acquires(FileLease lease) {
    return lease.acquire().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private LeaseRecord record() throws IOException {
    Path file = data.resolve("leases").resolve(FILE);
    return ContentLocks.of(data).alone("lease " + FILE, () -> LeaseRecord.read(file));
  }

  @Test
  void shouldNotWaitForEverForAProcessThatWasStoppedInTheMiddleOfALook() throws IOException {
    FileLease next = lease("b");
    ContentLocks.Hold stopped = ContentLocks.of(data).own("lease " + FILE);
    try (stopped) {
      assertFalse(acquires(next));
      assertFalse(next.release().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join());
    }
    assertTrue(acquires(next));
  }

  @Test
  void shouldStayTheHolderWhileNobodyCanTakeIt() throws Exception {
    FileLease holder = hasty("a");
    BlockingQueue<Optional<Throwable>> losses = new LinkedBlockingQueue<>();
    assertTrue(holder.acquire(losses::add).toCompletableFuture().join());
    ContentLocks.Hold stopped = ContentLocks.of(data).own("lease " + FILE);
    try (stopped) {
      assertNull(losses.poll(2, TimeUnit.SECONDS));
      assertFalse(holder.checkLease(), "it has not been renewed");
    }
    long before = record().renewals();
    while (record().renewals() == before) {
      assertNull(losses.poll(20, TimeUnit.MILLISECONDS));
    }
    assertTrue(holder.checkLease());
    assertEquals("a", record().owner());
  }

  @Test
  void shouldGiveTheLeaseToOneOfManyThatAskAtOnce() throws IOException {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      answers.add(lease("n" + i).acquire().toCompletableFuture());
    }
    long holders = answers.stream().filter(CompletableFuture::join).count();
    assertEquals(1, holders);
    assertEquals(1, all.stream().filter(FileLease::checkLease).count());
  }

  @Test
  void shouldRefuseItWhileItsHolderRenewsIt() throws IOException {
    FileLease holder = lease("a");
    assertTrue(acquires(holder));
    long before = record().renewals();
    assertFalse(acquires(lease("b")));
    assertTrue(holder.checkLease());
    assertTrue(record().renewals() > before, "it was not renewed");
    assertTrue(acquires(holder), "its own holder may ask again");
  }

  @Test
  void shouldGiveItToTheNextOnceItHasBeenGivenBack() throws IOException {
    FileLease holder = lease("a");
    FileLease next = lease("b");
    assertTrue(acquires(holder));
    assertTrue(holder.release().toCompletableFuture().join());
    assertFalse(holder.checkLease());
    assertTrue(acquires(next));
    assertTrue(holder.release().toCompletableFuture().join(), "nothing is left to give back");
    assertEquals("b", record().owner());
  }

  @Test
  void shouldTakeItAtOnceFromAProcessThatHasDied() throws IOException {
    FileLease holder = lease("a");
    assertTrue(acquires(holder));
    holder.end();
    dead.add("a");
    assertTrue(acquires(lease("b")));
  }

  @Test
  void shouldTakeItFromAHolderThatIsSilentButSeemsToLive() throws IOException {
    FileLease holder = hasty("a");
    FileLease next = hasty("b");
    long taken = System.nanoTime();
    assertTrue(acquires(holder));
    holder.end();
    assertTrue(acquires(next));
    assertTrue(System.nanoTime() - taken >= 700_000_000L, "before its time was over");
    assertFalse(holder.checkLease(), "it has had its time");
  }

  /** What a process finds that was stopped for too long: its thread only goes on afterwards. */
  @Test
  void shouldTellAHolderThatItHasLostTheLease() throws Exception {
    FileLease holder = lease("a");
    BlockingQueue<Optional<Throwable>> losses = new LinkedBlockingQueue<>();
    assertTrue(holder.acquire(losses::add).toCompletableFuture().join());
    dead.add("a");
    assertTrue(acquires(lease("b")));
    assertEquals(Optional.empty(), losses.poll(20, TimeUnit.SECONDS));
    assertFalse(holder.checkLease());
    assertEquals("b", record().owner());
  }

  @Test
  void shouldTellAHolderThatCannotRenewItForTooLong() throws Exception {
    FileLease holder = hasty("a");
    BlockingQueue<Optional<Throwable>> losses = new LinkedBlockingQueue<>();
    assertTrue(holder.acquire(losses::add).toCompletableFuture().join());
    Path leases = data.resolve("leases");
    Files.move(leases, data.resolve("elsewhere"));
    Optional<Throwable> loss = losses.poll(20, TimeUnit.SECONDS);
    assertNotNull(loss, "it does not notice");
    assertEquals(1, told.size());
    assertFalse(holder.checkLease());
  }

  /** An error would be logged with its stack trace, each time that it is asked for. */
  @Test
  void shouldNotBeHadWhereThereIsNoDirectory() throws IOException {
    FileLease lease = lease("a");
    Files.move(data.resolve("leases"), data.resolve("elsewhere"));
    assertFalse(acquires(lease));
    Files.move(data.resolve("elsewhere"), data.resolve("leases"));
    assertTrue(acquires(lease));
  }

  @Test
  void shouldTakeATornRecordForNobodys() throws IOException {
    assertTrue(acquires(lease("a")));
    all.forEach(FileLease::end);
    Path file;
    try (var files = Files.list(data.resolve("leases"))) {
      file = files.findFirst().orElseThrow();
    }
    assertEquals(256, Files.size(file));
    Files.writeString(file, "a 17");
    assertTrue(acquires(lease("b")));
    assertEquals(256, Files.size(file));
  }

  @Test
  void shouldAnswerWhateverGoesWrong() throws IOException {
    FileLease lease = lease("a");
    assertTrue(acquires(lease));
    Path locks = data.toRealPath().resolve("locks");
    try (FileChannel other = FileChannel.open(locks, StandardOpenOption.WRITE)) {
      other.lock(); // which Java refuses to lock twice in a process
      CompletableFuture<Boolean> answer = lease.release().toCompletableFuture();
      CompletionException e =
          assertThrows(
              CompletionException.class, () -> answer.orTimeout(30, TimeUnit.SECONDS).join());
      assertInstanceOf(OverlappingFileLockException.class, e.getCause());
    }
  }
}
