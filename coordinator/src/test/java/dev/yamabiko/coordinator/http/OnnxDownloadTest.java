package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import dev.yamabiko.model.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class OnnxDownloadTest {

  private static final ActorTestKit KIT = ActorTestKit.create();

  @TempDir private Path directory;

  private final List<Runnable> later = new ArrayList<>();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private OnnxDownload download() throws IOException {
    Path model = SpiralsModel.write(directory.resolve("model.safetensors"), 1);
    return OnnxDownload.of(TrainedModel.load(model), directory, later::add);
  }

  private static ByteString read(OnnxDownload download) throws Exception {
    return download
        .content()
        .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), KIT.system())
        .toCompletableFuture()
        .get();
  }

  /** Also one that has lost its name and is only held open. */
  private long filesLeft() throws IOException {
    List<Path> places = new ArrayList<>();
    try (Stream<Path> named = Files.list(directory)) {
      named.filter(file -> file.toString().contains("onnx")).forEach(places::add);
    }
    Path open = Path.of("/proc/self/fd");
    if (Files.isDirectory(open)) {
      try (Stream<Path> links = Files.list(open)) {
        for (Path link : links.toList()) {
          if (Files.isSymbolicLink(link)) {
            Path file = Files.readSymbolicLink(link);
            if (file.startsWith(directory) && file.toString().contains("onnx")) {
              places.add(file);
            }
          }
        }
      }
    }
    return places.size();
  }

  @Test
  void shouldGoWhenItHasBeenRead() throws Exception {
    OnnxDownload download = download();
    ByteString content = read(download);
    assertEquals(download.bytes(), content.size());
    assertEquals(1, ModelProto.parseFrom(content.toArray()).getGraph().getInputCount());
    assertEquals(0, filesLeft());
    later.forEach(Runnable::run);
    assertThrows(ExecutionException.class, () -> read(download));
  }

  @Test
  void shouldGoWhenNobodyHasBegunToReadIt() throws Exception {
    OnnxDownload download = download();
    assertEquals(1, later.size());
    later.forEach(Runnable::run);
    assertEquals(0, filesLeft());
    ExecutionException gone = assertThrows(ExecutionException.class, () -> read(download));
    assertTrue(gone.getMessage().contains("the file is gone"), gone.getMessage());
  }

  @Test
  void shouldGoWithTheNextStartWhenItsMakerWasKilled() throws Exception {
    Path jobs = directory.resolve("jobs");
    OnnxDownload.removeLeft(jobs);
    Path run = Files.createDirectories(jobs.resolve("one-1/run"));
    Path left = Files.createTempFile(run, "model-", ".onnx.part");
    Path model = Files.createFile(run.resolve("model.onnx"));
    Files.createFile(jobs.resolve(".DS_Store"));
    OnnxDownload.removeLeft(jobs);
    assertTrue(Files.notExists(left));
    assertTrue(Files.exists(model));
  }

  @Test
  void shouldGoWhenTheReaderLeaves() throws Exception {
    OnnxDownload download = download();
    download.content().runWith(Sink.cancelled(), KIT.system());
    // It ends in a thread of its own; the test's time is the deadline.
    while (filesLeft() > 0) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
