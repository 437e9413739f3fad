package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BlockFetchTest {

  private static final String SHA = "ab".repeat(32);

  private static ByteBuffer bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static String failure(CompletableFuture<ByteBuffer> block) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> block.get(30, TimeUnit.SECONDS));
    return assertInstanceOf(BulkException.class, failed.getCause()).getMessage();
  }

  @Test
  void shouldFetchManyBlocksOfAnyLength() throws Exception {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      List<CompletableFuture<ByteBuffer>> asked = new ArrayList<>();
      int blocks = 3 * BlockFetches.MOST_ASKED;
      for (int i = 0; i < blocks; i++) {
        pair.coordinator().blocks.put(SHA + "/" + i, bytes(i * 997));
        asked.add(pair.client().fetchDatasetBlock(SHA, i));
      }
      for (int i = 0; i < blocks; i++) {
        assertEquals(bytes(i * 997), asked.get(i).get(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void shouldSayThatABlockIsUnknown() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      assertEquals(
          "block 7 of dataset " + SHA + ": the coordinator knows no such block",
          failure(pair.client().fetchDatasetBlock(SHA, 7)));
    }
  }

  @Test
  void shouldSayThatABlockIsTooLarge() {
    BulkSettings settings =
        Plane.SMALL.with(new BulkSettings.Memory(1 << 15, 1 << 16, 1 << 20, 1 << 20, 1000));
    try (Plane plane = new Plane(settings)) {
      Plane.Pair pair = plane.connect("w");
      pair.coordinator().blocks.put(SHA + "/0", bytes(1001));
      assertTrue(
          failure(pair.client().fetchDatasetBlock(SHA, 0)).contains("at most 1000 are sent"));
    }
  }

  /** Where the JVM cannot even say what it lacks, too; and the connection goes on. */
  @Test
  void shouldSayThatTheCoordinatorHasNotEnoughMemoryForABlock() throws Exception {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      pair.coordinator().outOfMemory = new OutOfMemoryError();
      assertEquals(
          "block 7 of dataset %s: the coordinator has not enough memory to read it".formatted(SHA),
          failure(pair.client().fetchDatasetBlock(SHA, 7)));
      pair.coordinator().outOfMemory = null;
      pair.coordinator().blocks.put(SHA + "/7", bytes(10));
      assertEquals(bytes(10), pair.client().fetchDatasetBlock(SHA, 7).get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldAskAgainOnTheNextConnection() throws Exception {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      plane.server.cutConnections();
      pair.coordinator().blocks.put(SHA + "/0", bytes(50_000));
      CompletableFuture<ByteBuffer> block = pair.client().fetchDatasetBlock(SHA, 0);
      assertEquals(bytes(50_000), block.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldFailWhereNoConnectionComesInTime() {
    Duration soon = Duration.ofMillis(200);
    BulkSettings settings =
        Plane.SMALL.with(
            new BulkSettings.Retries(
                Duration.ofSeconds(5),
                new Backoff(Duration.ofMillis(5), Duration.ofMillis(50)),
                soon));
    WorkerEnd end = new WorkerEnd();
    try (BulkClient client =
        BulkClient.open(Plane.HOST, 1, BulkToken.random(), Plane.RUN, "w", end, settings)) {
      assertEquals(
          "block 0 of dataset %s: not received within 200 ms, no connection to 127.0.0.1:1"
              .formatted(SHA),
          failure(client.fetchDatasetBlock(SHA, 0)));
    }
  }

  @Test
  void shouldFailWhereTheCoordinatorDoesNotAnswerInTime() {
    BulkSettings settings =
        Plane.SMALL.with(
            new BulkSettings.Retries(
                Duration.ofSeconds(5),
                new Backoff(Duration.ofMillis(5), Duration.ofMillis(50)),
                Duration.ofMillis(200)));
    try (Plane plane = new Plane(settings)) {
      Plane.Pair pair = plane.connect("w");
      CountDownLatch release = new CountDownLatch(1);
      pair.coordinator().beforeBlocks = release;
      assertEquals(
          "block 0 of dataset %s: not received within 200 ms, connected".formatted(SHA),
          failure(pair.client().fetchDatasetBlock(SHA, 0)));
      release.countDown();
      pair.coordinator().blocks.put(SHA + "/1", bytes(10));
      assertEquals(bytes(10), pair.client().fetchDatasetBlock(SHA, 1).join());
    }
  }

  @Test
  void shouldFailWhenTheClientIsClosed() {
    WorkerEnd end = new WorkerEnd();
    BulkClient client =
        BulkClient.open(Plane.HOST, 1, BulkToken.random(), Plane.RUN, "w", end, Plane.SMALL);
    CompletableFuture<ByteBuffer> block = client.fetchDatasetBlock(SHA, 0);
    client.close();
    String message = "block 0 of dataset " + SHA + ": the client was closed";
    assertEquals(message, failure(block));
    assertEquals(message, failure(client.fetchDatasetBlock(SHA, 0)));
  }
}
