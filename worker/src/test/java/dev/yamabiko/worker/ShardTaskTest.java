package dev.yamabiko.worker;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ShardTaskTest {

  private static final RunKey KEY = new RunKey("run", 1);
  private static final List<Block> BLOCKS = List.of(new Block(0, 2));

  private static ShardTask.Result.Crashed crash(Runnable work) {
    Processor here = Processor.besideSlices(Runnable::run, Long.MAX_VALUE);
    return (ShardTask.Result.Crashed)
        ShardTask.run(KEY, 3, BLOCKS, work, here).toCompletableFuture().join();
  }

  @Test
  void shouldBlameTheBlocksForWhatWorkThrows() {
    ShardTask.Result.Crashed crashed =
        crash(
            () -> {
              throw new IllegalStateException("boom");
            });
    assertEquals(
        new ShardTask.Result.Crashed(
            KEY, 3, BLOCKS, "java.lang.IllegalStateException: boom", false),
        crashed);
  }

  /** Another worker may have more. */
  @Test
  void shouldBlameTheWorkerWhereItsMemoryRunsOut() {
    ShardTask.Result.Crashed crashed =
        crash(
            () -> {
              throw new OutOfMemoryError();
            });
    assertTrue(crashed.own());
    assertTrue(crashed.cause().startsWith("not enough memory: "), crashed.cause());
  }

  @Test
  void shouldSayThatDataIsGoneWhereAMappedFileIsCutShort(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("data");
    try (FileChannel channel =
        FileChannel.open(file, CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1 << 20));
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 1 << 20);
      channel.truncate(1);
      ShardTask.Result.Crashed crashed = crash(() -> mapped.get(1 << 19));
      assertEquals(
          "a data file was cut short, or its disk failed, while it was read", crashed.cause());
    }
  }
}
