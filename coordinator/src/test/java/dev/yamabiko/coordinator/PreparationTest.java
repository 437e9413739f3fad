package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class PreparationTest {

  private final Preparation preparation = new Preparation();

  @Test
  void shouldNotBeginInTheDirectoryOnceItIsGivenUp() {
    assertTrue(preparation.giveUp());
    assertThrows(CancellationException.class, preparation::check);
    assertThrows(CancellationException.class, preparation::begin);
    assertTrue(preparation.giveUp());
  }

  @Test
  void shouldNotBeGivenUpOnceItIsInTheDirectory() {
    preparation.check();
    preparation.begin();
    assertFalse(preparation.giveUp());
    assertDoesNotThrow(preparation::check);
  }
}
