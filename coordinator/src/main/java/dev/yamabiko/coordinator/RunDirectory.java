package dev.yamabiko.coordinator;

import dev.yamabiko.data.Targets;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunEvent;
import java.io.BufferedWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a run leaves on disk: {@code job.conf} and {@code metrics.jsonl} from its start on, {@code
 * model.safetensors} and {@code result.json} at its end. The last two appear whole or not at all,
 * and the result last: where it is, the model that it describes is there too.
 *
 * <p>When metrics cannot be written (disk full, directory removed), the run is told once through
 * {@code onFailure}, and {@link #failure} says why; the events that follow are ignored.
 */
public final class RunDirectory implements RunListener, AutoCloseable {

  private static final String METRICS = "metrics.jsonl";

  private final Path directory;
  private final MetricsLine line;
  private final BufferedWriter metrics;
  private final Consumer<String> onFailure;
  private volatile String failure;

  private RunDirectory(
      Path directory, MetricsLine line, BufferedWriter metrics, Consumer<String> onFailure) {
    this.directory = directory;
    this.line = line;
    this.metrics = metrics;
    this.onFailure = onFailure;
  }

  /**
   * @param directory exists and is empty
   * @param job the resolved job file
   */
  public static RunDirectory open(
      Path directory, String job, Targets targets, Consumer<String> onFailure) throws IOException {
    // Of two runs that chose the same directory, the second fails here.
    Files.writeString(
        directory.resolve("job.conf"),
        job.endsWith("\n") ? job : job + "\n",
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE);
    BufferedWriter metrics = Files.newBufferedWriter(directory.resolve(METRICS));
    return new RunDirectory(directory, new MetricsLine(targets), metrics, onFailure);
  }

  public Path path() {
    return directory;
  }

  public Path model() {
    return directory.resolve("model.safetensors");
  }

  /** Why the directory could not be written during the run. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void onEvent(RunEvent event) {
    if (failure != null) {
      return;
    }
    try {
      if (event instanceof RunEvent.StepClosed closed) {
        write(line.of(closed));
      } else if (event instanceof RunEvent.EpochClosed closed) {
        write(line.of(closed));
        flush();
      } else if (event instanceof RunEvent.RunEnded) {
        flush();
      }
    } catch (IOException e) {
      failure = explain(e);
      onFailure.accept(failure);
    }
  }

  private void write(String json) throws IOException {
    metrics.write(json);
    metrics.write('\n');
  }

  /** A removed file takes writes without complaint, hence the second look. */
  private void flush() throws IOException {
    metrics.flush();
    if (!Files.exists(directory.resolve(METRICS))) {
      throw new FileNotFoundException(METRICS + " has been removed during the run");
    }
  }

  /** Writes the model; to be called before {@link #writeResult}. */
  public void writeModel(Network network, float[] weights, Map<String, String> metadata)
      throws IOException {
    atomically(model(), file -> Safetensors.write(file, network, weights, metadata));
  }

  public void writeResult(RunResult result) throws IOException {
    atomically(
        directory.resolve("result.json"), file -> Files.writeString(file, result.toJson() + "\n"));
  }

  /** Of a run whose result could not be kept: the reason, if there is room for it. */
  public void writeFailure(RunResult result) {
    try {
      writeResult(result);
    } catch (IOException e) {
      // The result itself says that the directory cannot be written.
    }
  }

  private interface Content {
    void writeTo(Path file) throws IOException;
  }

  private static void atomically(Path file, Content content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    try {
      content.writeTo(temporary);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException deletion) {
        e.addSuppressed(deletion);
      }
      throw e;
    }
  }

  /** "cannot write to runs/digits: No space left on device". */
  public String explain(IOException e) {
    return "cannot write to " + directory + ": " + WriteFailure.reason(e);
  }

  @Override
  public void close() {
    try {
      metrics.close();
    } catch (IOException e) {
      if (failure == null) {
        failure = explain(e);
      }
    }
  }
}
