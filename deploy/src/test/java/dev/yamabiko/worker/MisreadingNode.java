package dev.yamabiko.worker;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.tensor.Shape;

/** A worker's node that believes the training data to end one example early. */
public final class MisreadingNode {

  private MisreadingNode() {}

  public static WorkerNode of(NodeSettings settings) {
    RemoteData data =
        new RemoteData(settings.cache(), settings.cacheBytes()) {
          @Override
          public TrainingData open(RunDefinition definition) {
            TrainingData all = super.open(definition);
            return new TrainingData(new AllButTheLast(all.train()), all.validation());
          }
        };
    return new WorkerNode(settings, WorkerNode.hello(settings), data);
  }

  private record AllButTheLast(Dataset all) implements Dataset {

    @Override
    public int size() {
      return all.size() - 1;
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
      all.readInput(index, into, at);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      all.readTarget(index, into, at);
    }
  }
}
