package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Rounding;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepEvidenceTest {

  private static StepEvidence.Witness witness(String worker, Block block, float... gradient) {
    return new StepEvidence.Witness(
        block, new FloatSegment(gradient, 0, gradient.length), new Statistics(2, 1, 0, 0), worker);
  }

  private static StepEvidence evidence(StepEvidence.Witness... witnesses) {
    return new StepEvidence(7, 2, List.of(witnesses), Rounding.NONE, 0);
  }

  @Test
  void shouldNameWhoComputedDifferentBits() {
    Block shard = new Block(0, 1);
    StepEvidence evidence =
        evidence(witness("a", shard, 1, 2), witness("b", new Block(1, 2), 3, 4));
    assertEquals(Optional.empty(), evidence.contradiction(witness("c", shard, 1, 2)));
    assertEquals(
        Optional.of(StepEvidence.conflict("a", "c", shard, 7)),
        evidence.contradiction(witness("c", shard, 1, 2.0000002f)));
  }

  @Test
  void shouldBlameNobodyForTheBitsOfANaN() {
    float[] nans = {Float.intBitsToFloat(0x7fc00000), Float.intBitsToFloat(0xffc00000)};
    assertNotEquals(Float.floatToRawIntBits(nans[0]), Float.floatToRawIntBits(nans[1]));
    Block shard = new Block(0, 1);
    StepEvidence evidence =
        evidence(witness("a", shard, nans[0]), witness("b", new Block(1, 2), 3));
    assertEquals(Optional.empty(), evidence.contradiction(witness("c", shard, nans[1])));
  }
}
