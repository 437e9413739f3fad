package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FewLinesTest {

  private long now;
  private final FewLines few = new FewLines(() -> now);

  private int shown(int lines, String kind) {
    int shown = 0;
    for (int i = 0; i < lines; i++) {
      shown += few.take(kind).isShown() ? 1 : 0;
    }
    return shown;
  }

  @Test
  void shouldShowOneOfEachKindWhereOneFloods() {
    assertEquals(5, shown(1_000, "a"));
    assertTrue(few.take("b").isShown());
    assertFalse(few.take("b").isShown());
  }

  @Test
  void shouldNotBeFloodedByEverNewKinds() {
    int shown = 0;
    for (int i = 0; i < 1_000; i++) {
      shown += shown(1, "kind " + i);
    }
    assertEquals(20, shown);
  }

  @Test
  void shouldSayInTheNextPeriodHowManyWereLeftOut() {
    shown(12, "a");
    now += FewLines.PERIOD_NANOS;
    assertEquals(new FewLines.Turn(false, 0), few.take("a"));
    now++;
    assertEquals(new FewLines.Turn(true, 8), few.take("a"));
    assertEquals(new FewLines.Turn(true, 0), few.take("a"));
  }
}
