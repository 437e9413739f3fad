package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.Block;
import dev.yamabiko.step.StepPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class CutBlockTest {

  private static final StepPlan EIGHT = new StepPlan(64, 64, 8, 1);

  private static List<List<Block>> cut(int threads, Block... blocks) {
    return CutBlock.cut(EIGHT, 0, List.of(blocks), threads);
  }

  @Test
  void shouldCutAlongTheTreeUntilEachThreadHasAPiece() {
    assertEquals(List.of(List.of(new Block(0, 8))), cut(1, new Block(0, 8)));
    assertEquals(List.of(List.of(new Block(0, 4), new Block(4, 8))), cut(2, new Block(0, 8)));
    List<Block> three = cut(3, new Block(0, 8)).get(0);
    assertEquals(3, three.size());
    assertTrue(three.contains(new Block(0, 4)) || three.contains(new Block(4, 8)), "" + three);
    assertEquals(
        List.of(List.of(new Block(0, 2), new Block(2, 4), new Block(4, 6), new Block(6, 8))),
        cut(4, new Block(0, 8)));
  }

  @Test
  void shouldCutTheLargestOfSeveralBlocksOnly() {
    assertEquals(
        List.of(List.of(new Block(1, 2)), List.of(new Block(2, 4)), List.of(new Block(4, 8))),
        cut(3, new Block(1, 2), new Block(2, 4), new Block(4, 8)));
    assertEquals(
        List.of(List.of(new Block(2, 4)), List.of(new Block(4, 6), new Block(6, 8))),
        cut(3, new Block(2, 4), new Block(4, 8)));
  }

  @Test
  void shouldNotCutAShard() {
    assertEquals(List.of(List.of(new Block(3, 4))), cut(16, new Block(3, 4)));
    assertEquals(List.of(List.of(new Block(4, 5), new Block(5, 6))), cut(16, new Block(4, 6)));
  }

  @Test
  void shouldLeaveOutPiecesWithoutExamples() {
    StepPlan plan = new StepPlan(10, 8, 8, 1);
    // Of 8 shards the last batch's 2 examples fill [3, 4) and [7, 8).
    assertEquals(
        List.of(List.of(new Block(3, 4), new Block(7, 8))),
        CutBlock.cut(plan, 1, List.of(new Block(0, 8)), 5));
  }
}
