package dev.yamabiko.data.blocks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ContentLocksTest {

  @TempDir private Path directory;

  private ContentLocks locks() throws IOException {
    return ContentLocks.of(directory);
  }

  private boolean isFree(String name) throws IOException {
    var own = locks().tryOwn(name);
    if (own.isPresent()) {
      own.get().close();
    }
    return own.isPresent();
  }

  @Test
  void shouldShareUntilTheLastHolderCloses() throws IOException {
    ContentLocks.Hold first = locks().share("a");
    ContentLocks.Hold second = locks().share("a");
    assertFalse(isFree("a"));
    assertTrue(isFree("b"));
    first.close();
    first.close();
    assertFalse(isFree("a"));
    second.close();
    assertTrue(isFree("a"));
  }

  @Test
  void shouldWaitForTheOwner() throws IOException {
    ContentLocks.Hold own = locks().own("a");
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    CompletableFuture<Boolean> waiter =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                ContentLocks.Hold shared = locks().share("a");
                try (shared) {
                  return closed.isDone();
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            },
            task -> new Thread(task).start());
    assertFalse(isFree("a"));
    closed.complete(true);
    own.close();
    assertTrue(waiter.join());
  }

  @Test
  void shouldSeeWhatAnotherProcessHoldsUntilItIsKilled() throws IOException {
    OtherProcess other = OtherProcess.holding(directory, "a");
    try (other) {
      assertFalse(isFree("a"));
      assertTrue(isFree("b"));
      locks().share("a").close(); // closing ours leaves theirs
      assertFalse(isFree("a"));
    }
    assertTrue(isFree("a"));
  }

  @Test
  void shouldEndWaitingWhenInterrupted() throws Exception {
    ContentLocks.Hold own = locks().own("a");
    try (own) {
      Thread.currentThread().interrupt();
      assertThrows(InterruptedIOException.class, () -> locks().share("a"));
      assertTrue(Thread.interrupted());
    }
    assertTrue(isFree("a"));
  }

  @Test
  void shouldFollowALinkToTheDirectory() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    ContentLocks.Hold own = ContentLocks.of(link).own("a");
    try (own) {
      assertFalse(isFree("a"));
    }
  }
}
