package dev.yamabiko.worker;

import dev.yamabiko.protocol.RunDefinition;

/** Where a worker gets a run's data from: memory on a single node, a disk cache on a cluster. */
@FunctionalInterface
public interface DataProvider {
  /** May block; never called on a dispatcher. */
  TrainingData open(RunDefinition definition);
}
