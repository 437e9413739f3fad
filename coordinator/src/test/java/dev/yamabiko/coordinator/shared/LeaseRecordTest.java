package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseRecordTest {

  @TempDir private Path directory;

  private final Locale before = Locale.getDefault(Locale.Category.FORMAT);

  @AfterEach
  void goBack() {
    Locale.setDefault(Locale.Category.FORMAT, before);
  }

  /** Where numbers are formatted with digits of their own, too. */
  @Test
  void shouldReadWhatItHasWritten() throws IOException {
    for (String tag : new String[] {"en-US", "ar-EG", "fa-IR", "mr-IN"}) {
      Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag(tag));
      LeaseRecord record = new LeaseRecord("node-7", 1_234);
      Path file = directory.resolve(tag);
      record.write(file);
      assertEquals(record, LeaseRecord.read(file), tag);
    }
  }

  @Test
  void shouldNotTakeALeaseForFreeThatCannotBeRead() throws IOException {
    assertEquals(LeaseRecord.FREE, LeaseRecord.read(directory.resolve("none")));
    Path file = Files.createSymbolicLink(directory.resolve("sbr"), Path.of("sbr"));
    assertThrows(FileSystemException.class, () -> LeaseRecord.read(file));
  }
}
