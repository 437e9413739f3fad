package dev.yamabiko.cli;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.model.InputBatches;
import dev.yamabiko.model.Predictor;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.tensor.KernelsFactory;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One prediction for each input, in order. */
@Command(
    name = "predict",
    description = "Says what a trained model makes of new inputs.",
    footer = {
      "",
      "FILE is a CSV table (its columns are found by the names that training saw, others are left",
      "out), a .npy array, images in an IDX file, an image, or a folder of images; each is read as",
      "the training data was. With lags, a row is predicted from the rows before it; to forecast the",
      "next, append a row with NA for what is not known yet.",
      "",
      "Examples:",
      "  yamabiko predict runs/trips --input new.csv --out predictions.csv",
      "  yamabiko predict runs/first --input photos --format jsonl"
    })
final class PredictCommand implements Callable<Integer> {

  private final Session session;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "RUN_DIR|MODEL",
      description = "A run directory, or a model.safetensors file.")
  private Path model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "The inputs: a file, or a folder of images.")
  private Path input;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where predictions go; a file appears when all are made (default: standard output).")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      completionCandidates = PredictionFormat.Names.class,
      description = "csv or jsonl (default: by the extension of --out, else csv).")
  private Optional<String> format = Optional.empty();

  /** Read by {@link Main#wantsJson}, before anything can go wrong. */
  @Option(
      names = "--json",
      description =
          "Print one JSON object, a summary, as the last line of standard output; needs --out.")
  private boolean json;

  @Mixin private ExtensionOptions extensions;

  PredictCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    PredictionFormat chosen = format();
    if (session.json() && out.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--json expects --out FILE: standard output holds the summary, not the predictions");
    }
    Path from = session.workingDirectory().resolve(input);
    Optional<OutputFile> to =
        out.map(file -> OutputFile.of(session.workingDirectory().resolve(file), from));
    TrainedModel trained = TrainedModel.loadToCompute(session.workingDirectory().resolve(model));
    NamedModel named = new NamedModel(session.workingDirectory().resolve(model), trained);
    out.ifPresent(file -> named.protectFrom(session.workingDirectory().resolve(file)));
    named.notice().ifPresent(this::say);
    KernelsFactory.notice().ifPresent(this::say);
    trained.inputs().notice(from).ifPresent(this::say);
    return to.isPresent()
        ? toFile(trained, from, to.get(), chosen)
        : toOutput(trained, from, chosen);
  }

  private PredictionFormat format() {
    String name =
        format.orElseGet(
            () ->
                out.map(file -> file.toString().toLowerCase(Locale.ROOT))
                        .filter(file -> file.endsWith(".jsonl") || file.endsWith(".ndjson"))
                        .isPresent()
                    ? "jsonl"
                    : "csv");
    return switch (name) {
      case "csv" -> PredictionFormat.CSV;
      case "jsonl" -> PredictionFormat.JSONL;
      default ->
          throw new ParameterException(
              spec.commandLine(), "--format expects csv or jsonl but got " + name);
    };
  }

  private int toFile(TrainedModel trained, Path from, OutputFile to, PredictionFormat chosen) {
    long[] count = new long[1];
    try {
      to.write(
          file -> {
            try (Writer writer = Files.newBufferedWriter(file)) {
              count[0] = predict(trained, from, writer, chosen);
            }
          });
    } catch (IOException | PredictionWriter.Failure e) {
      IOException cause = e instanceof IOException io ? io : ((PredictionWriter.Failure) e).cause();
      session.fail("cannot write " + to.path() + ": " + WriteFailure.reason(cause));
      return 1;
    }
    session.print("%s predictions in %s".formatted(Figures.count(count[0]), to.path()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", "ok");
    answer.put("predictions", count[0]);
    answer.put("out", to.path().toString());
    session.answer(answer);
    return 0;
  }

  private int toOutput(TrainedModel trained, Path from, PredictionFormat chosen) {
    Writer writer =
        new BufferedWriter(
            new OutputStreamWriter(new Heard(session.out()), StandardCharsets.UTF_8), 1 << 16);
    try {
      predict(trained, from, writer, chosen);
      writer.flush();
    } catch (IOException | PredictionWriter.Failure e) {
      // The process ends with a word on it, as every command does whose output nobody takes.
    }
    return 0;
  }

  /** An output that says by a flag alone that nobody reads it any more, as behind {@code head}. */
  private static final class Heard extends FilterOutputStream {
    private final PrintStream output;

    Heard(PrintStream output) {
      super(output);
      this.output = output;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      output.write(bytes, from, length);
      if (output.checkError()) {
        throw new IOException("standard output cannot be written");
      }
    }
  }

  private static long predict(
      TrainedModel trained, Path from, Writer writer, PredictionFormat chosen) {
    PredictionWriter predictions =
        new PredictionWriter(writer, chosen, trained.targets(), ModelInputs.areFiles(from));
    InputBatches batches =
        new InputBatches(
            trained, new Predictor(trained, KernelsFactory.create()), predictions::write);
    trained.inputs().read(from, batches);
    return batches.finish();
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
