package dev.yamabiko.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An answer's body on its way into a file, in a thread of its own: the connection may stall. */
final class Download {

  private Download() {}

  /**
   * Blocks until the file holds all of it.
   *
   * @param body closed on return
   * @throws IOException if the file cannot be written, or the body breaks off or comes to no end
   */
  static void write(InputStream body, Path file, Duration deadline) throws IOException {
    CompletableFuture<Long> copied = new CompletableFuture<>();
    Thread thread = new Thread(() -> copy(body, file, copied), "download");
    thread.setDaemon(true);
    thread.start();
    try (body) {
      copied.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no end within " + deadline.toHours() + " h", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void copy(InputStream body, Path file, CompletableFuture<Long> copied) {
    try (OutputStream out = Files.newOutputStream(file)) {
      copied.complete(body.transferTo(out));
    } catch (IOException | RuntimeException | Error e) {
      copied.completeExceptionally(e);
    }
  }
}
