package dev.yamabiko.cli;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.model.ModelFormat;
import dev.yamabiko.model.SafetensorsFile;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.model.onnx.OnnxExport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
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

/** A trained model as a file for use elsewhere. */
@Command(
    name = "export",
    description = "Writes a trained model as a file that other tools and runtimes read.",
    footer = {
      "",
      "onnx is the network with what prepares its inputs and what its outputs mean. A table's columns are",
      "its inputs, by their names: numbers as float64 and categories as strings, [N, 1] or with lags",
      "[N, lags], the oldest row first. Other models have one, input: bytes [N, channels, height, width]",
      "for images, float32 for arrays. Outputs are probabilities and label, or predictions in the",
      "targets' own units.",
      "",
      "safetensors is a checked copy of the model file: tensors, and all else in its metadata.",
      "",
      "Examples:",
      "  yamabiko export runs/first --out digits.onnx",
      "  yamabiko export runs/first/model.safetensors --format safetensors --out weights"
    })
final class ExportCommand implements Callable<Integer> {

  /** For shells to complete. */
  static final class Formats implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ModelFormat.keys().iterator();
    }
  }

  private final Session session;

  @Spec private CommandSpec spec;
  @Mixin private ExtensionOptions extensions;

  @Parameters(
      paramLabel = "RUN_DIR|MODEL",
      description = "A run directory, or a model.safetensors file.")
  private Path model;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      completionCandidates = Formats.class,
      description = "onnx or safetensors (default: by the extension of --out).")
  private Optional<String> format = Optional.empty();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where the model goes; the file appears when it is whole.")
  private Path out;

  /** Read by {@link Main#wantsJson}, before anything can go wrong. */
  @Option(
      names = "--json",
      description = "Print one JSON object as the last line of standard output.")
  private boolean json;

  ExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    ModelFormat chosen = format();
    Path from = session.workingDirectory().resolve(model);
    OutputFile to = OutputFile.of(session.workingDirectory().resolve(out));
    TrainedModel trained = TrainedModel.load(from);
    NamedModel named = new NamedModel(from, trained);
    named.protectFrom(to.path());
    named.notice().ifPresent(notice -> session.err().println("yamabiko: " + notice));
    try {
      to.write(file -> write(trained, chosen, file));
    } catch (IOException e) {
      session.fail("cannot write " + to.path() + ": " + WriteFailure.reason(e));
      return 1;
    }
    session.print("%s as %s in %s".formatted(trained.job().name(), chosen.key(), to.path()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", "ok");
    answer.put("format", chosen.key());
    answer.put("out", to.path().toString());
    answer.put("weights_sha256", WeightsHash.sha256(trained.weights()));
    session.answer(answer);
    return 0;
  }

  private ModelFormat format() {
    String ending = out.toString().toLowerCase(Locale.ROOT).replaceFirst(".*\\.", "");
    if (format.isEmpty()) {
      return ModelFormat.of(ending)
          .orElseThrow(
              () ->
                  new ParameterException(
                      spec.commandLine(),
                      "--out %s does not tell the format; expected a name that ends in .onnx or .safetensors, or --format"
                          .formatted(out)));
    }
    return ModelFormat.of(format.get())
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--format expects onnx or safetensors but got " + format.get()));
  }

  private static void write(TrainedModel trained, ModelFormat chosen, Path file)
      throws IOException {
    switch (chosen) {
      case ONNX -> OnnxExport.write(trained, file);
      case SAFETENSORS -> copy(trained.file(), file);
    }
  }

  /** What arrives is looked at again, but for what goes into a pipe. */
  private static void copy(Path model, Path file) throws IOException {
    try (OutputStream to = Files.newOutputStream(file)) {
      Files.copy(model, to);
    }
    if (Files.isRegularFile(file)) {
      SafetensorsFile.open(file).close();
    }
  }
}
