package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
}
