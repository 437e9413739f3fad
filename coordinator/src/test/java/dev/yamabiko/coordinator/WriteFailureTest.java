package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteFailureTest {

  @ParameterizedTest
  @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
  void shouldKnowThatAFullDiskMayHaveRoomLater(String words) {
    assertTrue(WriteFailure.isNoRoom(new IOException(words)));
    IOException onFile = new FileSystemException("f", null, words);
    assertTrue(WriteFailure.isNoRoom(new JobException("it cannot be used", onFile)));
    assertEquals(words, WriteFailure.reason(onFile));
  }

  @Test
  void shouldNotTakeAnyOtherFailureForAFullDisk() {
    assertFalse(WriteFailure.isNoRoom(new JobException("No space left on device")));
    assertFalse(WriteFailure.isNoRoom(new JobException("x", new NoSuchFileException("f"))));
    assertFalse(WriteFailure.isNoRoom(new FileSystemException("f", null, "Not a directory")));
  }
}
