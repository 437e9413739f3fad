package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vector kernels are asked for, and the JVM runs without their module. */
class MissingKernelsTest {

  private static final String JOB =
      """
      name = small
      data.train.builtin { name = spirals, examples = 30 }
      model = [ { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer = sgd
      batch-size = 10, shards = 1, epochs = 1
      """;

  private static final String REFUSAL =
      "yamabiko: yamabiko.kernels=vector, but the module jdk.incubator.vector is not loaded; start"
          + " java with --add-modules jdk.incubator.vector\n";

  @TempDir private Path working;

  private void refused(String command) throws Exception {
    Files.writeString(working.resolve("job.conf"), JOB);
    Process process =
        Jvms.start(
            Jvms.current(),
            List.of("-Dyamabiko.kernels=vector"),
            List.of(command.split(" ")),
            working);
    Jvms.Finished finished = Jvms.finish(process, working);
    assertEquals(REFUSAL, finished.err());
    assertEquals("", finished.out());
    assertEquals(2, finished.exitCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train job.conf --out run",
        "doctor",
        "coordinator --port 0 --http-port 0 --bulk-port 0 --data data",
        "worker --coordinator 127.0.0.1:1 --port 0 --cache cache",
      })
  void shouldEndEveryCommandThatComputesWithOneLine(String command) throws Exception {
    refused(command);
  }

  @Test
  void shouldUseNoModelEither() throws Exception {
    Files.writeString(working.resolve("job.conf"), JOB);
    Files.writeString(working.resolve("points.csv"), "0.5,0.25\n");
    Invocation trained = Invocation.of(working, List.of("train", "job.conf", "--out", "run"));
    assertTrue(trained.exitCode() == 0, trained.err());
    refused("predict run --input points.csv");
  }
}
