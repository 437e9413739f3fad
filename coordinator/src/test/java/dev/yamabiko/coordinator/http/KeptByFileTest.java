package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.data.FileVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptByFileTest {

  @TempDir private Path directory;

  /** The files that were read, in order. */
  private final List<String> read = new ArrayList<>();

  private final KeptByFile<String> kept = new KeptByFile<>(2, this::read);

  private String read(Path file, FileVersion version) {
    read.add(file.getFileName().toString());
    try {
      String text = Files.readString(file);
      assertEquals(text.length(), version.bytes());
      if (text.equals("damaged")) {
        throw new IllegalStateException(text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void shouldReadAFileOnceUntilItIsAnotherOne() throws IOException {
    Path file = file("a", "one");
    assertEquals("one", kept.of(file));
    assertEquals("one", kept.of(file));
    assertEquals(List.of("a"), read);
    Files.move(file("new", "two"), file, StandardCopyOption.REPLACE_EXISTING);
    assertEquals("two", kept.of(file));
    assertEquals(List.of("a", "a"), read);
  }

  @Test
  void shouldKeepThoseThatWereAskedLast() throws IOException {
    Path first = file("a", "one");
    for (String other : List.of("b", "c", "d")) {
      assertEquals("one", kept.of(first));
      assertEquals("other", kept.of(file(other, "other")));
    }
    assertEquals(List.of("a", "b", "c", "d"), read);
    kept.of(directory.resolve("c"));
    assertEquals(List.of("a", "b", "c", "d", "c"), read);
  }

  @Test
  void shouldKeepNothingOfAFileThatCannotBeRead() throws IOException {
    Path file = file("a", "damaged");
    assertThrows(IllegalStateException.class, () -> kept.of(file));
    assertThrows(IllegalStateException.class, () -> kept.of(file));
    assertEquals(List.of("a", "a"), read);
  }
}
