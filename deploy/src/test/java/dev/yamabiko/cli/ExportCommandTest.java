package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command export: formats, files and what it refuses. */
class ExportCommandTest {

  @TempDir private Path working;

  @BeforeEach
  void train() throws IOException {
    Files.writeString(working.resolve("data.csv"), "x,k\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n");
    Files.writeString(
        working.resolve("job.conf"),
        """
        name = small
        data.train.csv { path = data.csv, label = k }
        model = [ { dense { units = 2 } } ], loss = softmax-cross-entropy, optimizer = sgd
        batch-size = 3, shards = 1, epochs = 1
        """);
    assertEquals(0, run("train", "job.conf", "--out", "run").exitCode());
  }

  private Invocation run(String... arguments) {
    return Invocation.of(working, List.of(arguments));
  }

  private Path model() {
    return working.resolve("run/model.safetensors");
  }

  private String weights() throws IOException {
    String result = Files.readString(working.resolve("run/result.json"));
    return new Invocation(0, result.strip(), "").json().path("weights_sha256").asText();
  }

  @Test
  void shouldWriteOnnxOfARunDirectory() throws IOException {
    Invocation export = run("export", "run", "--out", "small.onnx", "--json");
    assertEquals(0, export.exitCode(), export.err());
    assertEquals("ok", export.json().path("status").asText());
    assertEquals("onnx", export.json().path("format").asText());
    Path file = working.resolve("small.onnx");
    assertEquals(file.toString(), export.json().path("out").asText());
    assertEquals(weights(), export.json().path("weights_sha256").asText());
    ModelProto written = ModelProto.parseFrom(Files.readAllBytes(file));
    assertEquals("small", written.getGraph().getName());
    assertTrue(export.err().contains("small as onnx in " + file), export.err());
  }

  @Test
  void shouldCopyTheModelFileByteByByte() throws IOException {
    Invocation byName = run("export", model().toString(), "--out", "copy.SAFETENSORS");
    Invocation byOption = run("export", "run", "--format", "safetensors", "--out", "weights");
    assertEquals(0, byName.exitCode(), byName.err());
    assertEquals(0, byOption.exitCode(), byOption.err());
    for (String copy : List.of("copy.SAFETENSORS", "weights")) {
      assertEquals(-1, Files.mismatch(model(), working.resolve(copy)));
    }
  }

  @Test
  void shouldReplaceAFileThatIsThere() throws IOException {
    Files.writeString(working.resolve("small.onnx"), "old");
    assertEquals(0, run("export", "run", "--out", "small.onnx").exitCode());
    assertTrue(Files.size(working.resolve("small.onnx")) > 100);
    try (Stream<Path> files = Files.list(working)) {
      assertFalse(files.anyMatch(file -> file.toString().endsWith(".part")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run/model.safetensors | safetensors | it is the model",
        "run/model.safetensors | onnx        | it is the model",
        "run/result.json       | onnx        | it is a file of the run",
        "run                   | onnx        | it is a directory",
        "nowhere/small.onnx    | onnx        | there is no directory",
        "small                 | pickle      | --format expects onnx or safetensors but got pickle",
      })
  void shouldRefuseWhatItCannotWrite(String out, String format, String says) throws IOException {
    byte[] before = Files.readAllBytes(model());
    assertRefused(run("export", "run", "--out", out, "--format", format, "--json"), says);
    assertArrayEquals(before, Files.readAllBytes(model()));
  }

  @ParameterizedTest
  @CsvSource({"small", "small.pb", "small.onnx.gz"})
  void shouldAskForTheFormatWhereTheNameDoesNotTellIt(String out) {
    assertRefused(run("export", "run", "--out", out, "--json"), "does not tell the format");
    assertFalse(Files.exists(working.resolve(out)));
  }

  @Test
  void shouldRefuseADamagedModel() throws IOException {
    byte[] bytes = Files.readAllBytes(model());
    bytes[bytes.length - 1] ^= 1;
    Files.write(model(), bytes);
    for (String out : List.of("small.onnx", "copy.safetensors")) {
      assertRefused(run("export", "run", "--out", out, "--json"), "the weights are damaged");
      assertFalse(Files.exists(working.resolve(out)));
    }
  }

  @Test
  void shouldExportIntoTheRunDirectory() {
    Invocation export = run("export", "run", "--out", "run/model.onnx");
    assertEquals(0, export.exitCode(), export.err());
    assertTrue(Files.exists(working.resolve("run/model.onnx")));
  }

  private static void assertRefused(Invocation refused, String says) {
    assertEquals(2, refused.exitCode(), refused.err());
    assertTrue(refused.json().path("error").asText().contains(says), refused.out());
    assertEquals(1, refused.err().lines().count(), refused.err());
  }
}
