package dev.yamabiko.coordinator;

import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.CheckpointFile;
import dev.yamabiko.model.CheckpointStore;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * What a run leaves on disk: {@code job.conf} and {@code metrics.jsonl} from its start on, {@code
 * checkpoints/} on the way, {@code model.safetensors} and {@code result.json} at its end; and what
 * {@link TensorBoardLog} tells, which is no part of the result. Each file but the metrics and
 * TensorBoard's appears whole or not at all, and the result last. It names the weights of the model
 * that it describes, and a run that goes on leaves both until it ends again: killed between the
 * two, it leaves a result that does not name the model's weights, which {@link ModelProvenance}
 * tells. Metrics are on the disk before the checkpoint that they lead up to. Checkpoints are
 * written by a thread of their own, one at a time.
 *
 * <p>When something cannot be written (disk full), {@link DiskWatch} hears of it once, and the run
 * goes on: metrics wait in memory, and the next checkpoint is the next try. When it never can be
 * ({@link DiskState}), {@link #failure} says why; the events that follow are ignored.
 */
public final class RunDirectory implements RunListener, AutoCloseable {

  private static final String JOB = "job.conf";
  private static final String METRICS = "metrics.jsonl";
  private static final String RESULT = "result.json";
  private static final String MODEL = "model.safetensors";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String TENSORBOARD = "tensorboard";

  /** For what a run leaves at its end. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path directory;
  private final RunDescription description;
  private final MetricsLine line;
  private final CheckpointStore checkpoints;
  private final RunJournal journal;
  private final DiskState disk;
  private final CheckpointWriter writer;
  private final FinalFiles last;
  private final TensorBoardLog board;
  private Optional<String> gap = Optional.empty();

  private RunDirectory(
      Path directory,
      RunDescription description,
      MetricsFile metrics,
      AtomicFile.Gate gate,
      DiskWatch watch,
      Executor executor) {
    this.directory = directory;
    this.description = description;
    line = new MetricsLine(description.targets());
    checkpoints = new CheckpointStore(directory.resolve(CHECKPOINTS), description.keep(), gate);
    journal = new RunJournal(metrics, checkpoints);
    disk = new DiskState(directory, watch);
    writer = new CheckpointWriter(directory, checkpoints, disk, executor);
    last =
        new FinalFiles(directory, description.metadata(), gate, journal, writer, checkpoints, disk);
    board =
        new TensorBoardLog(
            directory.resolve(TENSORBOARD),
            description.board(),
            description.targets(),
            Clock.systemUTC(),
            gate);
  }

  /** Whether a run has begun in this directory. */
  public static boolean holdsRun(Path directory) throws IOException {
    try {
      return Files.readAttributes(directory.resolve(JOB), BasicFileAttributes.class)
          .isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Whether all that is here is what a run leaves that was killed before its {@code job.conf} was
   * whole; nothing is lost if another one begins.
   */
  public static boolean isUnbegun(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = entry.getFileName().toString();
        boolean empty = name.equals(METRICS) && Files.size(entry) == 0;
        if (!empty && !name.equals(JOB + AtomicFile.TEMPORARY)) {
          return false;
        }
      }
      return true;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The job of the run that began here, resolved. */
  public static String jobOf(Path directory) throws IOException {
    return Files.readString(jobFile(directory));
  }

  static Path jobFile(Path directory) {
    return directory.resolve(JOB);
  }

  static Path metricsFile(Path directory) {
    return directory.resolve(METRICS);
  }

  static Path resultFile(Path directory) {
    return directory.resolve(RESULT);
  }

  /** Whether a run here is under way, in whichever process. */
  public static boolean isInUse(Path directory) throws IOException {
    Path metrics = metricsFile(directory);
    if (Files.notExists(metrics)) {
      return false;
    }
    try {
      MetricsFile.open(metrics).close();
      return false;
    } catch (FileAlreadyExistsException e) {
      return true;
    }
  }

  /** How far the run here had come when its newest checkpoint was taken; empty before the first. */
  static Optional<Position> positionOf(Path directory) {
    return checkpoints(directory, 1).position();
  }

  /** What the run that began here says of its end; empty while it has not said anything. */
  public static Optional<String> resultOf(Path directory) throws IOException {
    try {
      return Optional.of(Files.readString(resultFile(directory)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Whether a run in this directory writes that file, or has written it. */
  public static boolean isOfRun(Path directory, Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent().toRealPath();
    Path real = Files.exists(file) ? file.toRealPath() : folder.resolve(file.getFileName());
    Path run = directory.toRealPath();
    return real.startsWith(run)
        && !real.equals(run)
        && Set.of(JOB, METRICS, RESULT, MODEL, CHECKPOINTS, TENSORBOARD, NoticeFile.NAME)
            .contains(run.relativize(real).getName(0).toString());
  }

  /**
   * The layers of the model that is kept here; empty where there is none.
   *
   * @throws ModelException if it is damaged
   */
  public static Optional<Network> networkOf(Path directory) {
    Path model = modelOf(directory);
    return Files.isRegularFile(model)
        ? Optional.of(TrainedModel.networkOf(model))
        : Optional.empty();
  }

  /** The model of the run that is kept here, where there is one. */
  public static Path modelOf(Path directory) {
    return directory.resolve(MODEL);
  }

  /**
   * What has been written to the metrics from a position on, at most 64 KiB of it; nothing at their
   * end. May be called while the run is under way, where the file itself may not be opened.
   */
  public static ByteBuffer metricsOf(Path directory, long from) throws IOException {
    return metricsOf(directory, from, 1 << 16);
  }

  /** The same, of another size. */
  public static ByteBuffer metricsOf(Path directory, long from, int most) throws IOException {
    return MetricsFile.read(metricsFile(directory), from, most);
  }

  /**
   * @param keep how many of the newest stay when one is written
   */
  public static CheckpointStore checkpoints(Path directory, int keep) {
    return new CheckpointStore(directory.resolve(CHECKPOINTS), keep);
  }

  /**
   * For a new run.
   *
   * @param directory exists and is empty, or {@link #isUnbegun}
   * @throws FileAlreadyExistsException if another run began here or is under way
   */
  public static RunDirectory begin(Path directory, RunDescription description, DiskWatch watch)
      throws IOException {
    return begin(directory, description, AtomicFile.Gate.OPEN, watch);
  }

  /** The same, for a run whose writes may end before it does. */
  static RunDirectory begin(
      Path directory, RunDescription description, AtomicFile.Gate gate, DiskWatch watch)
      throws IOException {
    return begin(directory, description, gate, watch, CheckpointWriter::inThreadOfItsOwn);
  }

  /**
   * @param executor of what writes checkpoints
   */
  static RunDirectory begin(
      Path directory,
      RunDescription description,
      AtomicFile.Gate gate,
      DiskWatch watch,
      Executor executor)
      throws IOException {
    // Of two runs that chose the same directory, the second fails here, or finds the first's job.
    MetricsFile metrics = MetricsFile.open(metricsFile(directory), gate);
    try {
      new RunBeginning(directory, description, gate).anew();
      return new RunDirectory(directory, description, metrics, gate, watch, executor);
    } catch (IOException | RuntimeException | Error e) {
      metrics.close();
      throw e;
    }
  }

  /**
   * For a run that goes on: cuts the metrics back to the position. Model and result that the run
   * had reached before, if any, stay until it ends again.
   *
   * @throws FileAlreadyExistsException if the run is under way
   */
  public static RunDirectory goOn(
      Path directory, RunDescription description, Position from, DiskWatch watch)
      throws IOException {
    return goOn(directory, description, from, AtomicFile.Gate.OPEN, watch);
  }

  /** The same, for a run whose writes may end before it does. */
  static RunDirectory goOn(
      Path directory,
      RunDescription description,
      Position from,
      AtomicFile.Gate gate,
      DiskWatch watch)
      throws IOException {
    MetricsFile metrics = MetricsFile.open(metricsFile(directory), gate);
    try {
      RunDirectory run =
          new RunDirectory(
              directory, description, metrics, gate, watch, CheckpointWriter::inThreadOfItsOwn);
      RunBeginning beginning = new RunBeginning(directory, description, gate);
      beginning.again();
      run.checkpoints.goOnFrom(from.step());
      run.gap = beginning.gap(metrics.cutBack(from), from.step());
      return run;
    } catch (IOException | RuntimeException | Error e) {
      metrics.close();
      throw e;
    }
  }

  /** What the metrics lack of the run before, for people. */
  public Optional<String> gap() {
    return gap;
  }

  public Path path() {
    return directory;
  }

  public Path model() {
    return modelOf(directory);
  }

  /** Whether there is something to go on from. */
  public boolean hasCheckpoint() {
    return checkpoints.isPresent();
  }

  /** Why the directory could not be written during the run. */
  public Optional<String> failure() {
    return disk.failure();
  }

  @Override
  public void onEvent(RunEvent event) {
    board.onEvent(event);
    if (failure().isPresent()) {
      return;
    }
    try {
      if (event instanceof RunEvent.StepClosed closed) {
        journal.add(line.of(closed));
      } else if (event instanceof RunEvent.EpochClosed closed) {
        journal.add(line.of(closed));
        journal.flush();
      } else if (event instanceof RunEvent.CheckpointTaken taken) {
        writer.settled().join();
        writer.taken(content(taken.checkpoint()));
        journal.force();
        writer.begin();
      } else if (event instanceof RunEvent.RolledBack back) {
        goBack(back.from(), back.to(), Optional.of(line.of(back)));
      } else if (event instanceof RunEvent.SlicesReturned back) {
        // What is computed again gives the same lines.
        goBack(back.from(), back.to(), Optional.empty());
      } else if (event instanceof RunEvent.RunEnded) {
        writer.settled().join();
        journal.flush();
      }
    } catch (IOException e) {
      cannotWrite(e);
    }
  }

  private void goBack(Checkpoint from, Checkpoint.Position to, Optional<String> said)
      throws IOException {
    writer.settled().join();
    writer.goBackTo(to.step());
    journal.goBack(content(from), to, said);
  }

  private void cannotWrite(IOException e) {
    disk.cannotWrite(e, journal.waiting(), checkpoints.last());
  }

  @Override
  public CompletableFuture<Void> settled() {
    return CompletableFuture.allOf(writer.settled(), board.settled());
  }

  /** Adds what the epoch that has just closed took on the wire; see {@link MetricsLine#ofWire}. */
  void wrote(
      int epoch,
      long steps,
      Map<String, WireVolume.Volume> perWorker,
      Map<String, WorkerPace> paces) {
    if (failure().isPresent()) {
      return;
    }
    try {
      journal.add(MetricsLine.ofWire(epoch, steps, perWorker, paces));
      journal.flush();
    } catch (IOException e) {
      cannotWrite(e);
    }
  }

  private CheckpointFile.Content content(Checkpoint checkpoint) {
    return new CheckpointFile.Content(
        description.job(), description.dataSha256(), description.metadata(), checkpoint);
  }

  /**
   * Writes model and result, in this order, and before the result the last checkpoint, if that
   * could not be written before. A run whose result cannot be kept has failed; one without its last
   * checkpoint has completed all the same, and its result says so. Where the disk is full, somebody
   * may be about to make room, so it is tried for a while.
   */
  public RunResult keep(Network network, RunOutcome outcome, RunResult result) {
    return keep(network, outcome, result, PATIENCE);
  }

  RunResult keep(Network network, RunOutcome outcome, RunResult result, Duration patience) {
    return last.keep(network, outcome, result, patience);
  }

  @Override
  public void close() {
    writer.settled().join();
    board.close();
    try {
      journal.close();
    } catch (IOException e) {
      cannotWrite(e);
    }
  }
}
