package dev.yamabiko.worker;

import dev.yamabiko.data.blocks.BlockSource;
import dev.yamabiko.data.blocks.DatasetRef;
import dev.yamabiko.data.blocks.WorkerDataCache;
import dev.yamabiko.data.blocks.WorkerDataCache.CachedData;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.wire.BulkClient;
import java.nio.file.Path;

/**
 * A worker node's data: the disk cache, and behind it the connection of the current run. One
 * dataset is open at a time, as a worker takes part in one run at a time. Each run opens it anew,
 * because only then is it verified: somebody may have damaged the file since the run before.
 */
class RemoteData implements DataProvider {

  private final WorkerDataCache cache;
  private volatile BulkClient connection;
  private CachedData open;

  RemoteData(Path directory, long mostBytes) {
    cache = new WorkerDataCache(directory, mostBytes);
  }

  /** Where blocks come from, from now on. */
  void connect(BulkClient to) {
    connection = to;
  }

  @Override
  public synchronized TrainingData open(RunDefinition definition) {
    DatasetRef wanted =
        definition
            .dataset()
            .orElseThrow(() -> new IllegalStateException("the run names no dataset"));
    if (open != null) {
      open.close();
      open = null;
    }
    BulkClient from = connection;
    BlockSource source = from::fetchDatasetBlock;
    open = cache.open(wanted, source);
    return new TrainingData(open.train(), open.validation());
  }
}
