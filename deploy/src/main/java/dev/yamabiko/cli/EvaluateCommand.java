package dev.yamabiko.cli;

import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.DatasetHash;
import dev.yamabiko.job.DataFile;
import dev.yamabiko.job.JobChecks;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.EvaluationJson;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.tensor.KernelsFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loss and metrics of a trained model on other data. */
@Command(
    name = "evaluate",
    description = "Measures a trained model on data whose answers are known.",
    footer = {
      "",
      "DATA.conf holds one data source as in a job file, alone or in data { }, such as",
      "  csv { path = new.csv, label = species }",
      "or is a job file: then its data.validation counts if that is a source of its own, else all",
      "of its data.train.",
      "",
      "Example:",
      "  yamabiko evaluate runs/first --data " + ExampleJobs.DIGITS + " --json"
    })
final class EvaluateCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(
      paramLabel = "RUN_DIR|MODEL",
      description = "A run directory, or a model.safetensors file.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DATA.conf",
      description = "The file that names the data (HOCON or JSON).")
  private Path data;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Set a key of DATA.conf, as --set csv.path=new.csv; may be given several times. Paths are"
              + " relative to the working directory.")
  private List<String> settings = new ArrayList<>();

  /** Read by {@link Main#wantsJson}, before anything can go wrong. */
  @Option(
      names = "--json",
      description = "Print one JSON object as the last line of standard output.")
  private boolean json;

  @Mixin private ExtensionOptions extensions;

  EvaluateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path directory = session.workingDirectory();
    TrainedModel trained = TrainedModel.loadToCompute(directory.resolve(model));
    new NamedModel(directory.resolve(model), trained).notice().ifPresent(this::say);
    Path file = directory.resolve(data);
    DataSource source = DataFile.read(file, settings, directory, this::say);
    Dataset examples =
        DataLoader.loadForModel(source, trained.inputs(), trained.targets(), this::say);
    JobChecks.targets(file.toString(), trained.job().loss(), examples);
    KernelsFactory.notice().ifPresent(this::say);
    Evaluation evaluation = Evaluation.of(trained, examples, KernelsFactory.create());
    session.print(EvaluationText.of(evaluation).stripTrailing());
    if (session.json()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("status", "ok");
      answer.putAll(EvaluationJson.of(evaluation));
      answer.put("weights_sha256", WeightsHash.sha256(trained.weights()));
      answer.put("data_sha256", DatasetHash.sha256(examples, Optional.empty()));
      session.answer(answer);
    }
    return 0;
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
