package dev.yamabiko.coordinator.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class EventWriterTest {

  @TempDir private Path directory;

  private long open() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(this::isHere).count();
    }
  }

  private boolean isHere(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(directory);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldCloseItsFileHoweverLateItsThreadEnds() throws Exception {
    EventWriter writer =
        new EventWriter(directory.resolve("events"), Clock.systemUTC(), AtomicFile.Gate.OPEN);
    writer.add(Event.start(1, 1));
    writer.afterwards(() -> {}).join();
    assertEquals(1, open());
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch on = new CountDownLatch(1);
    writer.afterwards(
        () -> {
          busy.countDown();
          awaitWhateverInterrupts(on);
        });
    busy.await();
    Thread.currentThread().interrupt();
    writer.close();
    assertTrue(Thread.interrupted());
    assertEquals(1, open());
    on.countDown();
    while (open() > 0) {
      Thread.sleep(20);
    }
  }

  private static void awaitWhateverInterrupts(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // By who closes it.
      }
    }
  }
}
