package dev.yamabiko.data.blocks;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.PreparedDataset;
import dev.yamabiko.data.VerifiedFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's data on its own disk, kept from one run to the next; a file's name is the hash of its
 * content. Every file is verified, block by block, whenever it is opened, unless it looks as it did
 * when this process last did so ({@link VerifiedFiles}): only what is missing or damaged is
 * fetched, so that what a killed worker has fetched is not fetched again. Several workers, and
 * several threads, may share one directory: one of them fetches, the others wait.
 */
public final class WorkerDataCache {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerDataCache.class);
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final ContentDirectory directory;
  private final Duration deadline;
  private final VerifiedFiles verified = new VerifiedFiles();

  /**
   * @param mostBytes that all files together may take
   */
  public WorkerDataCache(Path directory, long mostBytes) {
    this(directory, mostBytes, DEADLINE, path -> path.toFile().getUsableSpace());
  }

  WorkerDataCache(
      Path directory, long mostBytes, Duration deadline, ToLongFunction<Path> usableSpace) {
    this.directory = new ContentDirectory(directory, mostBytes, usableSpace);
    this.deadline = deadline;
  }

  /** A run's data, which stays on the disk until this is closed; the datasets end with it. */
  public static final class CachedData implements AutoCloseable {
    private final PreparedDataset data;
    private final int fetched;
    private final WorkerDataCache cache;
    private final String name;
    private final ContentLocks.Hold use;

    private CachedData(
        PreparedDataset data,
        int fetched,
        WorkerDataCache cache,
        String name,
        ContentLocks.Hold use) {
      this.data = data;
      this.fetched = fetched;
      this.cache = cache;
      this.name = name;
      this.use = use;
    }

    public Dataset train() {
      return data.train();
    }

    public Optional<Dataset> validation() {
      return data.validation();
    }

    /** How many blocks were fetched to open this: 0 if all were on the disk. */
    public int fetchedBlocks() {
      return fetched;
    }

    /** May be called twice. */
    @Override
    public void close() {
      try (use) {
        cache.directory.touch(name);
      } catch (IOException e) {
        throw cache.directory.failure(e);
      }
    }
  }

  /**
   * Blocks until the data is there.
   *
   * @throws DataException if it cannot be fetched or kept; its message is meant for people
   */
  public CachedData open(DatasetRef ref, BlockSource source) {
    directory.requireFitting(ref.bytes());
    String name = ref.contentSha256();
    try {
      ContentLocks.Hold use = directory.use(name);
      try {
        int fetched = complete(ref, source);
        directory.touch(name);
        PreparedDataset data = PreparedDataset.open(directory.content(name));
        if (!data.dataSha256().equals(ref.dataSha256())) {
          throw new DataException(
              String.format(
                  "data %s: expected data_sha256 %s but its header says %s",
                  name, ref.dataSha256(), data.dataSha256()));
        }
        return new CachedData(data, fetched, this, name, use);
      } catch (IOException | RuntimeException | Error e) {
        use.close();
        throw e;
      }
    } catch (IOException e) {
      throw directory.failure(e);
    }
  }

  private int complete(DatasetRef ref, BlockSource source) throws IOException {
    if (isWhole(ref)) {
      return 0;
    }
    ContentLocks.Hold make = directory.make(ref.contentSha256());
    try (make) {
      // Another one may just have made it.
      return isWhole(ref) ? 0 : fetch(ref, source);
    }
  }

  private boolean isWhole(DatasetRef ref) throws IOException {
    Optional<BlockManifest> manifest = manifest(ref);
    Path content = directory.content(ref.contentSha256());
    return manifest.isPresent()
        && verified.isRight(content, () -> isWhole(manifest.get(), content));
  }

  private static boolean isWhole(BlockManifest manifest, Path content) throws IOException {
    try (FileChannel file = FileChannel.open(content, StandardOpenOption.READ)) {
      return file.size() == manifest.length() && manifest.damaged(file).isEmpty();
    }
  }

  /** The one on the disk, if it is that of the content. */
  private Optional<BlockManifest> manifest(DatasetRef ref) throws IOException {
    Path file = directory.manifest(ref.contentSha256());
    try {
      if (Files.size(file) != BlockManifest.manifestLength(ref.bytes())) {
        return Optional.empty();
      }
      return BlockManifest.parse(Files.readAllBytes(file), ref.bytes())
          .filter(manifest -> manifest.contentSha256().equals(ref.contentSha256()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private int fetch(DatasetRef ref, BlockSource source) throws IOException {
    String name = ref.contentSha256();
    Path part = directory.part(name);
    BlockFetch fetch = new BlockFetch(ref, source, deadline);
    Optional<BlockManifest> kept = manifest(ref);
    BlockManifest manifest = kept.isPresent() ? kept.get() : fetch.manifest();
    boolean damaged = Files.exists(directory.content(name));
    directory.reopen(name); // whoever has it mapped sees nothing but its repair
    BitSet missing = missing(manifest, part);
    long unwritten =
        missing.stream().mapToLong(i -> BlockManifest.blockLength(ref.bytes(), i)).sum();
    directory.reserve(name, ref.bytes(), unwritten, evicted -> {});
    if (kept.isEmpty()) {
      directory.write(name, manifest);
    }
    try (FileChannel into = FileChannel.open(part, StandardOpenOption.WRITE)) {
      fetch.blocks(manifest, missing, into);
      into.force(true);
    }
    directory.finish(name);
    if (damaged) {
      LOG.warn(
          "data on the disk was damaged; repaired file={} blocks fetched={}",
          directory.content(name),
          missing.cardinality());
    }
    return missing.cardinality();
  }

  private static BitSet missing(BlockManifest manifest, Path part) throws IOException {
    try (FileChannel file = FileChannel.open(part, StandardOpenOption.READ)) {
      return manifest.damaged(file);
    } catch (NoSuchFileException e) {
      BitSet all = new BitSet();
      all.set(0, manifest.blocks());
      return all;
    }
  }
}
