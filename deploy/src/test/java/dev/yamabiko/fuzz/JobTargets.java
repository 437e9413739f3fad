package dev.yamabiko.fuzz;

import dev.yamabiko.fuzz.FuzzTarget.Allowance;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.SweepFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Job files, settings of the command line, and sweeps. */
final class JobTargets {

  /** Stands before each setting in an input, and not in a job. */
  private static final String SET = "\n--set ";

  /** A hundred additions to one key, the most that may be, take 350 MB one after the other. */
  private static final long BASE = 512 << 20;

  private static final String[] WORDS = {
    "${seed}",
    "${?x}",
    "${",
    "include \"job.conf\"\n",
    "null",
    "{",
    "}",
    "[",
    "]",
    "+=",
    "\"\"\"",
    "1e9",
    "data",
    "train",
    "builtin",
    "csv",
    "path = x\n",
    "idx",
    "npy",
    "images",
    "model",
    "conv2d",
    "dense",
    "units",
    "residual",
    "body",
    "dropout",
    "optimizer",
    "adamw",
    "schedule",
    "cosine",
    "loss",
    "batch-size",
    "shards",
    "sweep",
    "random",
    "grid",
    "from",
    "to",
    "--set ",
    "model.0.dense.units=3",
    "data.train.csv.path=x",
    "epochs=2",
    "#",
    "//",
    "\\u0000",
    "\ud83c\udf04"
  };

  private JobTargets() {}

  /**
   * @param directory where files are written
   */
  static List<FuzzTarget> all(Path directory) throws IOException {
    Path file = directory.resolve("job.conf");
    Files.copy(Path.of("jobs/spirals.conf"), directory.resolve("spirals.conf"));
    Path empty = Files.createDirectories(directory.resolve("empty"));
    return List.of(
        FuzzTarget.of(
                "job files",
                input -> job(input, empty),
                Set.of(JobException.class),
                samples(
                    "--set seed=7",
                    "--set model.0={dense {units = 3}}",
                    "--set optimizer.adam.learning-rate=0.1"),
                new Allowance(BASE, 4096))
            .withWords(WORDS),
        FuzzTarget.of(
                "sweeps",
                input -> sweep(input, file),
                Set.of(JobException.class),
                sweeps(),
                new Allowance(BASE, 8192))
            .withWords(WORDS));
  }

  private static void job(byte[] input, Path base) {
    String[] parts = new String(input, StandardCharsets.UTF_8).split(SET, -1);
    List<String> settings = Arrays.asList(parts).subList(1, parts.length);
    JobFile.parse(parts[0], "job.conf", base, settings).resolved();
  }

  private static void sweep(byte[] input, Path file) throws IOException {
    Files.write(file, input);
    if (SweepFile.holdsSweep(file, List.of(), file.getParent())) {
      SweepFile.read(file, List.of(), file.getParent());
    }
  }

  /** All example jobs, and each of them with one setting. */
  static List<byte[]> samples(String... settings) throws IOException {
    List<byte[]> samples = new ArrayList<>();
    for (Path file : files()) {
      String text = Files.readString(file);
      if (!text.contains("sweep {")) {
        samples.add(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    String spirals = Files.readString(Path.of("jobs/spirals.conf"));
    for (String setting : settings) {
      samples.add((spirals + "\n" + setting).getBytes(StandardCharsets.UTF_8));
    }
    return samples;
  }

  private static List<byte[]> sweeps() throws IOException {
    List<byte[]> samples = new ArrayList<>();
    samples.add(Files.readAllBytes(Path.of("jobs/spirals-sweep.conf")));
    samples.addAll(samples());
    return samples;
  }

  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder : List.of("jobs", "src/test/resources/jobs")) {
      try (Stream<Path> all = Files.list(Path.of(folder))) {
        all.filter(file -> file.toString().endsWith(".conf")).sorted().forEach(files::add);
      }
    }
    return files;
  }
}
