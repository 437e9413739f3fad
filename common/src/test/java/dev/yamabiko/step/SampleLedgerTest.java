package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Sampler;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SampleLedgerTest {

  private static final long SEED = 5;

  /** Three steps an epoch; the last batch holds 3 samples in 4 shards. */
  private static final StepPlan PLAN = new StepPlan(19, 8, 4, 3);

  private final SampleLedger ledger = new SampleLedger(PLAN, SEED);

  private static int[] drawn(long step, Block block) {
    int[] order = Sampler.order(SEED, PLAN.epochOf(step), PLAN.examples());
    int batch = PLAN.batchFrom(step);
    return Arrays.copyOfRange(
        order,
        batch + PLAN.shardFrom(step, block.from()),
        batch + PLAN.shardFrom(step, block.to()));
  }

  private static Statistics read(int... samples) {
    long hash = Arrays.stream(samples).mapToLong(SampleHash::of).sum();
    return new Statistics(samples.length, 1, 0, 0, hash);
  }

  @Test
  void shouldFindNothingWrongWithWhatWasDrawn() {
    for (long step = 0; step < PLAN.steps(); step++) {
      for (Block block : new Block[] {new Block(0, 4), new Block(2, 4), new Block(1, 2)}) {
        assertEquals(Optional.empty(), ledger.check(step, block, read(drawn(step, block))));
      }
    }
  }

  @Test
  void shouldAddUpToAllSamplesInEachEpoch() {
    for (int epoch = 0; epoch < PLAN.epochs(); epoch++) {
      Statistics sum = read();
      for (long step = epoch * 3L; step < PLAN.endOfEpoch(epoch); step++) {
        sum = sum.plus(read(drawn(step, new Block(0, 4))));
      }
      assertEquals(19, sum.examples());
      assertEquals(SampleHash.ofAll(19), sum.sampleHash());
    }
  }

  @Property
  void shouldFindASampleThatIsExchanged(
      @ForAll @IntRange(max = 8) int step, @ForAll @IntRange(max = 7) int at, @ForAll int other) {
    Block block = new Block(0, 4);
    int[] samples = drawn(step, block);
    int i = at % samples.length;
    if (samples[i] != other) {
      samples[i] = other;
      assertTrue(ledger.check(step, block, read(samples)).isPresent());
    }
  }

  @Property
  void shouldFindASampleThatIsSkippedOrReadTwice(
      @ForAll @IntRange(max = 8) int step, @ForAll @IntRange(max = 7) int at) {
    Block block = new Block(0, 4);
    int[] samples = drawn(step, block);
    int i = at % samples.length;
    int[] twice = Arrays.copyOf(samples, samples.length + 1);
    twice[samples.length] = samples[i];
    assertTrue(ledger.check(step, block, read(twice)).isPresent());
    samples[i] = samples[samples.length - 1];
    int[] skipped = Arrays.copyOf(samples, samples.length - 1);
    assertTrue(ledger.check(step, block, read(skipped)).isPresent());
  }

  @Test
  void shouldSayWhatIsWrong() {
    String message = ledger.check(1, new Block(2, 4), read(1, 2, 3)).orElseThrow();
    assertTrue(
        message.startsWith(
            "expected shards [2, 4) of step 1 to be the 4 samples that were drawn ("
                + SampleHash.text(read(drawn(1, new Block(2, 4))).sampleHash())
                + ") but they are 3 others ("),
        message);
  }

  @Test
  void shouldKnowAnotherEpochsSamplesFromThisOnes() {
    Block block = new Block(0, 2);
    assertFalse(ledger.check(0, block, read(drawn(3, block))).isEmpty());
  }

  @Test
  void shouldGiveEachSampleAWordOfItsOwn() {
    Set<Long> words = new HashSet<>();
    LongStream.range(0, 100_000).map(SampleHash::of).forEach(words::add);
    assertEquals(100_000, words.size());
    assertNotEquals(0, SampleHash.of(0));
    // The first output of SplitMix64 seeded with 0.
    assertEquals(0xE220A8397B1DCDAFL, SampleHash.of(0));
    assertEquals("e220a8397b1dcdaf", SampleHash.text(SampleHash.ofAll(1)));
  }
}
