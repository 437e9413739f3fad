package dev.yamabiko.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** An answer's body on its way into a file, in a thread of its own: the connection may stall. */
final class Download {

  private static final int CHUNK = 1 << 16;

  private Download() {}

  /**
   * Blocks until the file holds all of it.
   *
   * @param body closed on return
   * @param silence after which it is given up, however much has come before
   * @param pending closed to end it
   * @throws IOException if the file cannot be written, or the body breaks off or comes no further
   */
  static void write(InputStream body, Path file, Duration silence, Pending pending)
      throws IOException {
    CompletableFuture<Void> copied = new CompletableFuture<>();
    // Opened here: a thread that comes late must not make the file again when it has been given up.
    try (body;
        OutputStream out = Files.newOutputStream(file)) {
      pending.add(copied);
      Liveness liveness = new Liveness();
      Thread thread = new Thread(() -> copy(body, out, liveness, copied), "download");
      thread.setDaemon(true);
      thread.start();
      liveness.await(copied, silence);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("nothing more has come for " + silence.toSeconds() + " s", e);
    } catch (CancellationException e) {
      throw new IOException("the connection was closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      copied.cancel(true);
    }
  }

  private static void copy(
      InputStream body, OutputStream out, Liveness liveness, CompletableFuture<Void> copied) {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
        liveness.beat();
        out.write(chunk, 0, n);
      }
      copied.complete(null);
    } catch (IOException | RuntimeException | Error e) {
      copied.completeExceptionally(e);
    }
  }
}
