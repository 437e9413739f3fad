package dev.yamabiko.data.blocks;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.DatasetHash;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.PreparedContent;
import dev.yamabiko.data.PreparedDataset;
import dev.yamabiko.data.VerifiedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data of jobs as the coordinator serves it, on its disk: written once for a hash of data, then
 * read by blocks. A file that is torn or damaged when data is prepared is made anew; it is verified
 * unless it looks as it did when this process last did so ({@link VerifiedFiles}). Callers, and
 * other coordinators with the same directory, that want the same data at once wait for the one that
 * writes it.
 */
public final class PreparedDatasets {

  private static final Logger LOG = LoggerFactory.getLogger(PreparedDatasets.class);

  private final ContentDirectory directory;
  private final VerifiedFiles verified = new VerifiedFiles();

  /** What this process has verified or written, by the name of the file. */
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** The same by the hash of the content. */
  private final Map<String, Known> byContent = new ConcurrentHashMap<>();

  private record Known(DatasetRef ref, BlockManifest manifest, MappedBlocks blocks) {}

  /**
   * @param mostBytes that all files together may take
   */
  public PreparedDatasets(Path directory, long mostBytes) {
    this(directory, mostBytes, path -> path.toFile().getUsableSpace());
  }

  PreparedDatasets(Path directory, long mostBytes, ToLongFunction<Path> usableSpace) {
    this.directory = new ContentDirectory(directory, mostBytes, usableSpace);
  }

  /** Data that can be served; it is not evicted until this is closed. */
  public static final class Prepared implements AutoCloseable {
    private final DatasetRef ref;
    private final ContentDirectory directory;
    private final String name;
    private final ContentLocks.Hold use;

    private Prepared(
        DatasetRef ref, ContentDirectory directory, String name, ContentLocks.Hold use) {
      this.ref = ref;
      this.directory = directory;
      this.name = name;
      this.use = use;
    }

    public DatasetRef ref() {
      return ref;
    }

    /** May be called twice. */
    @Override
    public void close() {
      try (use) {
        directory.touch(name);
      } catch (IOException e) {
        throw directory.failure(e);
      }
    }
  }

  /**
   * Blocks until the data can be served.
   *
   * @param dataSha256 the {@link DatasetHash} of the data
   * @throws DataException if there is no room, or the data has another hash by now
   */
  public Prepared prepare(LoadedData data, String dataSha256) {
    String name = PreparedContent.name(data.train(), data.validation(), dataSha256);
    try {
      ContentLocks.Hold use = directory.use(name);
      try {
        Known ready = ready(name, data, dataSha256);
        directory.touch(name);
        return new Prepared(ready.ref(), directory, name, use);
      } catch (IOException | RuntimeException | Error e) {
        use.close();
        throw e;
      }
    } catch (IOException e) {
      throw directory.failure(e);
    }
  }

  private Known ready(String name, LoadedData data, String dataSha256) throws IOException {
    ContentLocks.Hold make = directory.make(name);
    try (make) {
      Known ready = known.get(name);
      if (ready != null && verified.isUnchanged(directory.content(name))) {
        return ready;
      }
      // Mapped anew: it may be another file by now.
      Optional<Known> kept = keptOnDisk(name, dataSha256);
      ready = kept.isPresent() ? kept.get() : write(name, data, dataSha256);
      known.put(name, ready);
      byContent.put(ready.ref().contentSha256(), ready);
      return ready;
    }
  }

  /**
   * A block of a prepared dataset, without a copy.
   *
   * @param index a block, or -1-p for page p of the manifest
   * @return read-only
   * @throws DataException if it is not there, or no longer
   */
  public ByteBuffer block(String contentSha256, int index) {
    Known content = byContent.get(contentSha256);
    if (content == null) {
      throw new DataException("no data " + contentSha256 + " is served here, or no longer");
    }
    int count = index >= 0 ? content.manifest().blocks() : content.manifest().pages();
    int number = index >= 0 ? index : -1 - index;
    if (number >= count) {
      throw new DataException(
          String.format(
              "data %s has %d blocks and %d pages of its manifest but index %d is asked for",
              contentSha256, content.manifest().blocks(), content.manifest().pages(), index));
    }
    return index >= 0 ? content.blocks().block(number) : content.manifest().page(number);
  }

  private Optional<Known> keptOnDisk(String name, String dataSha256) throws IOException {
    try (FileChannel file = FileChannel.open(directory.content(name), StandardOpenOption.READ)) {
      long length = file.size();
      byte[] bytes = Files.readAllBytes(directory.manifest(name));
      if (length == 0 || bytes.length != BlockManifest.manifestLength(length)) {
        return Optional.empty();
      }
      Optional<BlockManifest> manifest = BlockManifest.parse(bytes, length);
      return manifest.isPresent()
              && verified.verify(
                  directory.content(name), () -> manifest.get().damaged(file).isEmpty())
          ? Optional.of(known(name, manifest.get(), dataSha256))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Known known(String name, BlockManifest manifest, String dataSha256) throws IOException {
    return new Known(
        new DatasetRef(manifest.contentSha256(), manifest.length(), dataSha256),
        manifest,
        MappedBlocks.map(directory.content(name), manifest.length()));
  }

  private Known write(String name, LoadedData data, String dataSha256) throws IOException {
    PreparedContent content = PreparedContent.of(data.train(), data.validation(), dataSha256);
    if (Files.deleteIfExists(directory.content(name))) {
      LOG.warn("data on the disk was damaged; made anew file={}", directory.content(name));
    }
    Path part = directory.part(name);
    Files.deleteIfExists(part); // it would take the room that is asked for, and is begun anew
    directory.reserve(name, content.bytes(), content.bytes(), this::forget);
    BlockManifest manifest;
    try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
      BlockHashes out = new BlockHashes(file, content.bytes());
      content.writeTo(out);
      manifest = out.manifest();
      file.force(true);
    }
    requireSameData(part, dataSha256);
    directory.write(name, manifest);
    directory.finish(name);
    return known(name, manifest, dataSha256);
  }

  /** Sources are mapped files: somebody may have changed them since they were hashed. */
  private static void requireSameData(Path part, String dataSha256) throws IOException {
    PreparedDataset written = PreparedDataset.open(part);
    String found = DatasetHash.sha256(written.train(), written.validation());
    if (!found.equals(dataSha256)) {
      Files.deleteIfExists(part);
      throw new DataException(
          String.format(
              "the data changed while it was read: expected data_sha256 %s but found %s",
              dataSha256, found));
    }
  }

  private void forget(String name) {
    Known gone = known.remove(name);
    if (gone != null) {
      byContent.remove(gone.ref().contentSha256(), gone);
    }
  }
}
