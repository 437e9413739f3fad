package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MissingShardsTest {

  private final MissingShards missing = new MissingShards(3, 7);

  private Optional<Set<Integer>> answer(int slice, long step, Integer... shards) {
    return missing.accept(
        new RunMessage.ShardsMissing(new RunKey("run", 1), step, slice, List.of(shards)));
  }

  @Test
  void shouldSayOnceWhatIsMissingOnAnySlice() {
    assertEquals(Optional.empty(), answer(1, 7, 4, 5));
    assertEquals(Optional.empty(), answer(1, 7, 4, 5));
    assertEquals(Optional.empty(), answer(0, 7, 5, 6));
    assertEquals(Optional.of(Set.of(4, 5, 6)), answer(2, 7, 4));
    assertEquals(Optional.empty(), answer(0, 7, 1));
  }

  @Test
  void shouldTakeNothingForMissingOnASliceThatHasGoneOn() {
    answer(0, 8, 0, 1, 2, 3);
    answer(1, 7, 2);
    assertEquals(Optional.of(Set.of(2)), answer(2, 8, 0, 1, 2, 3));
  }
}
