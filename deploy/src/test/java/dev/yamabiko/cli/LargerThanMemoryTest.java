package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that the heap could not hold four times over trains all the same. */
class LargerThanMemoryTest {

  private static final int EXAMPLES = 1 << 18;
  private static final int WIDTH = 1 << 12;
  private static final long BYTES = (long) EXAMPLES * WIDTH * Float.BYTES;
  private static final long ROOM = 6L << 30;

  @TempDir private Path directory;

  @Tag("soak")
  @Test
  void shouldTrainOnFourGigabytesWithOneGigabyteOfHeap() throws Exception {
    assumeTrue(
        directory.toFile().getUsableSpace() >= ROOM,
        "the directory for temporary files has less than 6 GiB free");
    writeInputs();
    writeLabels();
    Path job =
        Files.writeString(
            directory.resolve("large.conf"),
            """
            data.train.npy { inputs = x.npy, labels = y.npy }
            model = [ { dense { units = 2 } } ]
            loss = softmax-cross-entropy
            optimizer { sgd { learning-rate = 0.001 } }
            batch-size = 4096
            epochs = 1
            """);
    Jvms.Finished finished =
        Jvms.finish(
            Jvms.start(
                Jvms.current(),
                List.of("--add-modules=jdk.incubator.vector", "-Xmx1g"),
                List.of("train", job.toString(), "--workers", "2", "--json", "--out", "run"),
                directory),
            directory);
    assertEquals(0, finished.exitCode(), finished.err());
    JsonNode result = new ObjectMapper().readTree(finished.lastLine());
    assertEquals(EXAMPLES, result.path("samples_applied").asLong(), result.toString());
  }

  /** Every value differs from its neighbours: a counter, multiplied into the upper bits. */
  private void writeInputs() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 22).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel file = create("x.npy", "<f4", "(" + EXAMPLES + ", " + WIDTH + ")")) {
      int counter = 0;
      for (long written = 0; written < BYTES; written += bytes.capacity()) {
        FloatBuffer floats = bytes.clear().asFloatBuffer();
        for (int i = 0; i < floats.capacity(); i++) {
          floats.put(i, (++counter * 0x9E3779B1) * 0x1p-31f);
        }
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      }
    }
  }

  private void writeLabels() throws IOException {
    ByteBuffer labels = ByteBuffer.allocate(EXAMPLES);
    for (int i = 0; i < EXAMPLES; i++) {
      labels.put(i, (byte) (i & 1));
    }
    try (FileChannel file = create("y.npy", "|u1", "(" + EXAMPLES + ",)")) {
      file.write(labels);
    }
  }

  private FileChannel create(String name, String descr, String shape) throws IOException {
    String dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    String header = dict + " ".repeat(117 - dict.length()) + "\n";
    ByteBuffer head = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);
    head.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    head.put((byte) 1).put((byte) 0).putShort((short) header.length());
    head.put(header.getBytes(StandardCharsets.US_ASCII)).flip();
    FileChannel file =
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    file.write(head);
    return file;
  }
}
