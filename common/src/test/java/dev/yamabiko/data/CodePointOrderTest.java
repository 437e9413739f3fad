package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CodePointOrderTest {

  @Test
  void shouldSortByCodePoint() {
    // In UTF-16 the emoji would come before the private-use sign.
    List<String> sorted =
        List.of("", "10", "9", "Z", "a", "aa", "b", "\u00e9", "\uE000", "\uD83D\uDE00");
    String[] shuffled = sorted.toArray(new String[0]);
    Collections.reverse(Arrays.asList(shuffled));
    Arrays.sort(shuffled, CodePointOrder.INSTANCE);
    assertArrayEquals(sorted.toArray(), shuffled);
  }

  @Property(tries = 300)
  void shouldAgreeWithTheOrderOfUtf8Bytes(@ForAll String a, @ForAll String b) {
    byte[] x = a.getBytes(StandardCharsets.UTF_8);
    byte[] y = b.getBytes(StandardCharsets.UTF_8);
    // A lone surrogate has no UTF-8.
    if (new String(x, StandardCharsets.UTF_8).equals(a)
        && new String(y, StandardCharsets.UTF_8).equals(b)) {
      assertEquals(
          Integer.signum(Arrays.compareUnsigned(x, y)),
          Integer.signum(CodePointOrder.INSTANCE.compare(a, b)));
    }
  }
}
