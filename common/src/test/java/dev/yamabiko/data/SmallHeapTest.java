package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table that the heap cannot hold is read all the same, in the same bits. */
class SmallHeapTest {

  private static final int ROWS = 100_000;
  private static final int COLUMNS = 30; // 24 MB of doubles

  /** G1 may find no room for a large array in a heap of so few regions. */
  private static final List<String> SMALL_HEAP = List.of("-Xmx16m", "-XX:+UseSerialGC");

  @TempDir private Path directory;

  @Test
  void shouldReadATableLargerThanTheHeap() throws Exception {
    Path table = writeTable();
    String cache = cache();
    LoadedData data =
        DataLoader.load(OtherProcess.table(table), 1, Stores.memory(Segments.HEAP_BITS));
    String expected = DatasetHash.sha256(data.train(), data.validation());
    for (String storage : List.of("AUTO", "DISK")) {
      try (OtherProcess other =
          OtherProcess.start(SMALL_HEAP, "hash", storage, table.toString(), cache)) {
        assertEquals(expected, other.rest());
      }
    }
    try (OtherProcess other =
        OtherProcess.start(SMALL_HEAP, "hash", "MEMORY", table.toString(), cache)) {
      String said = other.rest();
      assertTrue(said.contains("OutOfMemoryError"), said);
    }
  }

  @Test
  void shouldReadMoreBlankLinesThanTheHeapHolds() throws Exception {
    Path table = directory.resolve("blank.csv");
    Files.writeString(table, "x,y\n1,2\n" + "\n".repeat(1_000_000) + "3,4\n");
    try (OtherProcess other =
        OtherProcess.start(SMALL_HEAP, "hash", "DISK", table.toString(), cache())) {
      String said = other.rest();
      assertTrue(said.contains("line 3: expected 2 cells"), said);
    }
  }

  private String cache() {
    return directory.resolve("cache").toString();
  }

  private Path writeTable() throws IOException {
    Random random = new Random(1);
    Path file = directory.resolve("large.csv");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
          out.write(column == 0 ? "" : ",");
          out.write(Integer.toString(random.nextInt(10_000)));
        }
        out.write('\n');
      }
    }
    return file;
  }
}
