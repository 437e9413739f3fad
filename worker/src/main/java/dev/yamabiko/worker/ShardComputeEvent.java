package dev.yamabiko.worker;

import dev.yamabiko.step.Block;
import java.util.List;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For the JVM's flight recorder: a worker computes the gradients of its blocks of a step. */
@Name("dev.yamabiko.ShardCompute")
@Label("Shard Compute")
@Category("Yamabiko")
@Description("A worker computes the gradients of its blocks of one step, on all of its threads")
@StackTrace(false)
final class ShardComputeEvent extends Event {

  @Label("Worker")
  String worker;

  @Label("Step")
  long step;

  @Label("Examples")
  int examples;

  @Label("Blocks")
  @Description("Ranges of shards")
  String blocks;

  /** If anybody records it. */
  void done(String by, long ofStep, List<Block> computed, int ofExamples) {
    end();
    if (shouldCommit()) {
      worker = by;
      step = ofStep;
      examples = ofExamples;
      blocks = computed.toString();
      commit();
    }
  }
}
