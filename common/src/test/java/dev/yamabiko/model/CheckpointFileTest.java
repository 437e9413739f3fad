package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {

  @TempDir private Path directory;

  private static float[] vector(int n, float first) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = first + i * 0.1f;
    }
    return values;
  }

  private static Checkpoint start(int n) {
    return new Checkpoint(
        Checkpoint.Position.START,
        vector(n, 9),
        new float[][] {vector(n, 10), vector(n, 11)},
        Optional.empty(),
        Optional.empty());
  }

  /** Every optional part is there. */
  static Checkpoint full(int n) {
    Statistics open = new Statistics(40, 0.1 + 0.2, 17, Math.PI);
    return new Checkpoint(
        new Checkpoint.Position(123, 4, 5000, Optional.of(open), 2),
        vector(n, -1),
        new float[][] {vector(n, 2), vector(n, Float.MIN_VALUE)},
        Optional.of(new Checkpoint.Best(3, 90, 1.0 / 3, 1, Optional.of(vector(n, 5)))),
        Optional.of(start(n)));
  }

  static CheckpointFile.Content content(Checkpoint checkpoint) {
    return new CheckpointFile.Content(
        "name = \"a\"", "abc", Map.of("format", "yamabiko", "classes", "[\"\u00e4\"]"), checkpoint);
  }

  private Path write(Checkpoint checkpoint) throws IOException {
    Path file = directory.resolve("a.checkpoint");
    CheckpointFile.write(file, content(checkpoint));
    return file;
  }

  static void assertSame(Checkpoint expected, Checkpoint found) {
    assertEquals(expected.position(), found.position());
    assertArrayEquals(expected.weights(), found.weights());
    assertTrue(Arrays.deepEquals(expected.state(), found.state()));
    assertEquals(expected.best().isPresent(), found.best().isPresent());
    if (expected.best().isPresent()) {
      Checkpoint.Best a = expected.best().get();
      Checkpoint.Best b = found.best().get();
      assertEquals(a.epoch(), b.epoch());
      assertEquals(a.step(), b.step());
      assertEquals(a.value(), b.value());
      assertEquals(a.since(), b.since());
      assertArrayEquals(a.weights().orElse(null), b.weights().orElse(null));
    }
    assertEquals(expected.rollbackTo().isPresent(), found.rollbackTo().isPresent());
    expected.rollbackTo().ifPresent(other -> assertSame(other, found.rollbackTo().get()));
  }

  @Test
  void shouldReadBackEveryPart() throws IOException {
    for (Checkpoint checkpoint : new Checkpoint[] {full(20_000), start(1), start(16_384)}) {
      CheckpointFile.Content read = CheckpointFile.read(write(checkpoint));
      assertSame(checkpoint, read.checkpoint());
      assertEquals(content(checkpoint).metadata(), read.metadata());
      assertEquals("name = \"a\"", read.job());
      assertEquals("abc", read.dataSha256());
    }
  }

  private void assertRefused(byte[] bytes, String what) throws IOException {
    Path file = Files.write(directory.resolve("damaged.checkpoint"), bytes);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> CheckpointFile.read(file), what);
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
  }

  @Test
  void shouldRefuseAFileThatIsTornAnywhere() throws IOException {
    byte[] whole = Files.readAllBytes(write(full(11)));
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length), "cut to " + length);
    }
    assertRefused(Arrays.copyOf(whole, whole.length + 1), "one byte too long");
  }

  @Test
  void shouldRefuseAFileWithAnyBitFlipped() throws IOException {
    byte[] whole = Files.readAllBytes(write(full(40)));
    Random random = new Random(3);
    for (int i = 0; i < 400; i++) {
      // Every bit of the first bytes, where lengths are, and some of all the others.
      int bit = i < 160 ? i : random.nextInt(8 * whole.length);
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(damaged, "bit " + bit);
    }
  }
}
