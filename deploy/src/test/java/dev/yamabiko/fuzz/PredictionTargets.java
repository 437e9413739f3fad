package dev.yamabiko.fuzz;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.InputSink;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Files that a trained model is to make predictions of. */
final class PredictionTargets {

  private PredictionTargets() {}

  /**
   * @param directory where files are written
   */
  static List<FuzzTarget> all(Path directory) throws IOException {
    byte[] table = "a,b\n1.5,x\n2,z\n,y\n".getBytes(StandardCharsets.UTF_8);
    ModelInputs images =
        new ModelInputs(
            new DataSource.Idx(Path.of("x"), Path.of("y")),
            Shape.of(1, 2, 3),
            List.of(),
            List.of());
    ModelInputs numbers =
        new ModelInputs(
            new DataSource.Npy(Path.of("x"), Optional.of(Path.of("y")), Optional.empty(), 0.5),
            Shape.of(1),
            List.of(),
            List.of());
    // Decompressed, a thousand bytes are a million.
    Allowance packed = new Allowance(8 << 20, 8192);
    Path file = directory.resolve("given");
    return List.of(
        of(
                "predicted tables",
                HttpTargets.table(),
                file,
                packed,
                List.of(table, DataTargets.gzip(table)))
            .withWords(
                "a", "b", "x", "\"", "\"\"", ",", "\n", "\r\n", "NA", "1e400", "\ufeff", " "),
        of(
            "predicted idx",
            images,
            file,
            packed,
            List.of(DataTargets.idx(4, 2, 3), DataTargets.gzip(DataTargets.idx(4, 2, 3)))),
        of(
                "predicted npy",
                numbers,
                file,
                packed,
                List.of(
                    DataTargets.npy(1, "<f4", "(4, 1)", 0),
                    DataTargets.npy(2, ">f8", "(4, 1)", 0),
                    DataTargets.npy(3, "|u1", "(4, 1)", 1)))
            .withWords("'descr': '<f4'", "'shape': (3, 1)", "'shape': (99999999999, 1)", "(", "}"),
        of(
            "predicted images",
            HttpTargets.pictures(),
            directory.resolve("given.png"),
            // As of image folders.
            new Allowance(2L << 30, 8192),
            DataTargets.pictures()));
  }

  private static FuzzTarget of(
      String name, ModelInputs model, Path file, Allowance allowance, List<byte[]> samples) {
    AtomicLong bits = new AtomicLong();
    InputSink sink = (origin, input) -> bits.addAndGet(Float.floatToIntBits(input[0]));
    return FuzzTarget.of(
        name,
        input -> model.read(Files.write(file, input), sink),
        Set.of(DataException.class),
        samples,
        allowance);
  }
}
