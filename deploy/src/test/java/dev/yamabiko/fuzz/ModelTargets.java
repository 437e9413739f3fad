package dev.yamabiko.fuzz;

import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.CheckpointException;
import dev.yamabiko.model.CheckpointFile;
import dev.yamabiko.model.CheckpointStore;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.SafetensorsFile;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Model files and checkpoints. */
final class ModelTargets {

  private static final String HASH = "\"weights_sha256\":\"";
  private static final int HASH_DIGITS = 64;
  private static final int MOST_FLOATS = 1 << 16;
  private static final String JOB =
      """
      data.train { builtin { name = spirals, examples = 30 } }
      model = [ { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 8
      epochs = 1
      """;

  private ModelTargets() {}

  /**
   * @param directory where files are written
   */
  static List<FuzzTarget> all(Path directory) throws IOException {
    Path model = directory.resolve("model.safetensors");
    byte[] whole = model(model);
    Path folder = Files.createDirectories(directory.resolve("checkpoints"));
    CheckpointStore store = new CheckpointStore(folder, 1);
    store.write(checkpoint());
    Path manifest = store.file(3);
    byte[] text = Files.readAllBytes(manifest);
    Path slice = slices(folder).get(0);
    byte[] floats = Files.readAllBytes(slice);
    return List.of(
        FuzzTarget.of(
                "safetensors",
                input -> tensors(Files.write(model, input)),
                Set.of(ModelException.class),
                List.of(whole, foreign()),
                new Allowance(4 << 20, 512))
            .withWords(
                "\"F16\"", "\"BF16\"", "\"F64\"", "\"I8\"", "[]", "[0,", "{}", "__metadata__")
            .repairedBy(ModelTargets::withHash),
        FuzzTarget.of(
                "trained models",
                input -> TrainedModel.load(Files.write(model, input)).inputs().form(),
                Set.of(ModelException.class, JobException.class),
                List.of(whole),
                new Allowance(256 << 20, 4096))
            .withWords("\\\"", "\\\\n", "[2]", "[2,2]", "null", "units = 999999999", "dense", "{}")
            .repairedBy(ModelTargets::withHash),
        FuzzTarget.of(
                "manifests",
                input -> {
                  Files.write(slice, floats);
                  CheckpointFile.read(Files.write(manifest, input));
                },
                // Damage, or what is whole and cannot be read.
                Set.of(CheckpointException.class, IOException.class),
                List.of(text),
                new Allowance(4 << 20, 512))
            .withWords("\"slices\":", "\"earlier\":[", "{}", "[]", "null", "true", "\"../x\"")
            .repairedBy(ModelTargets::withSum),
        FuzzTarget.of(
            "slices",
            input -> {
              Files.write(manifest, text);
              Files.write(slice, input);
              CheckpointFile.read(manifest);
            },
            Set.of(CheckpointException.class),
            List.of(floats),
            new Allowance(4 << 20, 512)));
  }

  private static void tensors(Path file) {
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      for (String name : opened.names()) {
        List<Long> shape = opened.shape(name);
        long size = shape.stream().reduce(1L, Math::multiplyExact);
        boolean isSmall = size > 0 && size <= MOST_FLOATS && !shape.isEmpty();
        if (isSmall) {
          Shape expected = new Shape(shape.stream().map(Math::toIntExact).toList());
          opened.read(name, expected, new float[(int) size], 0);
        }
      }
    }
  }

  // --- Samples
  // ------------------------------------------------------------------------------------

  private static byte[] model(Path file) throws IOException {
    Network network = Network.build(Shape.of(2), List.of(new Dense.Spec(3, Initializer.HE)));
    Safetensors.write(
        file,
        network,
        network.initialWeights(1),
        Map.of(
            "format", "yamabiko",
            "job", JOB,
            "input_shape", "[2]",
            "input_columns", "[]",
            "input_scaling", "[]",
            "classes", "[\"0\",\"1\",\"2\"]"));
    return Files.readAllBytes(file);
  }

  /** As another program writes it: other types, and no hash. */
  private static byte[] foreign() {
    String header =
        """
        {"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},\
        "b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]},\
        "c":{"dtype":"F64","shape":[1],"data_offsets":[16,24]},\
        "d":{"dtype":"F32","shape":[],"data_offsets":[24,28]}}""";
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + text.length + 28)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private static CheckpointFile.Content checkpoint() {
    Checkpoint.Position position =
        new Checkpoint.Position(3, 1, 24, Optional.of(new Statistics(24, 1.5, 9, 0)), 1);
    float[] weights = {1, 2, 3, 4, 5, 6};
    Checkpoint earlier =
        new Checkpoint(
            Checkpoint.Position.START,
            new float[6],
            new float[1][6],
            Optional.empty(),
            Checkpoint.WayBack.START);
    Checkpoint checkpoint =
        new Checkpoint(
            position,
            weights,
            new float[][] {{6, 5, 4, 3, 2, 1}},
            Optional.of(new Checkpoint.Best(0, 2, 0.5, 0, Optional.of(weights))),
            new Checkpoint.WayBack(true, List.of(earlier), Optional.of(new Checkpoint.Turn(5, 3))),
            List.of(0));
    return new CheckpointFile.Content(JOB, "ab".repeat(32), Map.of("x", "y"), checkpoint);
  }

  private static List<Path> slices(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().contains(".slice-")).sorted().toList();
    }
  }

  // --- Sums
  // ---------------------------------------------------------------------------------------

  /** The header's hash is that of the weights behind it. */
  static byte[] withHash(byte[] file) {
    if (file.length < Long.BYTES) {
      return file;
    }
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > file.length - Long.BYTES) {
      return file;
    }
    int dataFrom = Long.BYTES + (int) length;
    String header = new String(file, Long.BYTES, (int) length, StandardCharsets.ISO_8859_1);
    int at = header.indexOf(HASH);
    if (at < 0 || at + HASH.length() + HASH_DIGITS > header.length()) {
      return file;
    }
    byte[] repaired = file.clone();
    byte[] hash = sha256(file, dataFrom).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(hash, 0, repaired, Long.BYTES + at + HASH.length(), HASH_DIGITS);
    return repaired;
  }

  private static String sha256(byte[] file, int from) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(file, from, file.length - from);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The text's length is that of the file, and the sum is right. */
  static byte[] withSum(byte[] manifest) {
    int frame = 8 + 3 * Integer.BYTES;
    if (manifest.length < frame) {
      return manifest;
    }
    byte[] repaired = manifest.clone();
    ByteBuffer numbers = ByteBuffer.wrap(repaired).order(ByteOrder.LITTLE_ENDIAN);
    numbers.putInt(8 + Integer.BYTES, manifest.length - frame);
    CRC32C sum = new CRC32C();
    sum.update(repaired, 0, repaired.length - Integer.BYTES);
    numbers.putInt(repaired.length - Integer.BYTES, (int) sum.getValue());
    return repaired;
  }
}
