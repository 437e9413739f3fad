package dev.yamabiko.data.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
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

  /** Another process: holds shared what it is told, until it is killed. */
  public static void main(String[] arguments) throws Exception {
    ContentLocks.Hold hold = ContentLocks.of(Path.of(arguments[0])).share(arguments[1]);
    System.out.println("holding");
    System.in.read();
    hold.close();
  }

  @Test
  void shouldSeeWhatAnotherProcessHoldsUntilItIsKilled() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ContentLocksTest.class.getName(),
                directory.toString(),
                "a")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = other.inputReader()) {
      assertEquals("holding", out.readLine());
      assertFalse(isFree("a"));
      assertTrue(isFree("b"));
      locks().share("a").close(); // closing ours leaves theirs
      assertFalse(isFree("a"));
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertTrue(isFree("a"));
  }
}
