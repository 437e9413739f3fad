package dev.yamabiko.worker;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.tensor.Shape;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** A worker's node that counts the training examples that it reads, and waits before each. */
public final class PacedNode {

  private PacedNode() {}

  public static WorkerNode of(NodeSettings settings, long nanosPerExample, LongAdder read) {
    RemoteData data =
        new RemoteData(settings.cache(), settings.cacheBytes()) {
          @Override
          public TrainingData open(RunDefinition definition) {
            TrainingData all = super.open(definition);
            return new TrainingData(
                new Paced(all.train(), nanosPerExample, read), all.validation());
          }
        };
    return new WorkerNode(settings, WorkerNode.hello(settings), data);
  }

  private record Paced(Dataset all, long nanosPerExample, LongAdder read) implements Dataset {

    @Override
    public int size() {
      return all.size();
    }

    @Override
    public Shape inputShape() {
      return all.inputShape();
    }

    @Override
    public Targets targets() {
      return all.targets();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      long end = System.nanoTime() + nanosPerExample;
      for (long left = nanosPerExample; left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      read.increment();
      all.readInput(index, into, at);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      all.readTarget(index, into, at);
    }
  }
}
