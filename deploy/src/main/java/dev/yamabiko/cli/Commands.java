package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.cli.settings.NodeReference;
import dev.yamabiko.client.Follower;
import dev.yamabiko.local.SingleNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * All commands by their names, in the order of the help. To make them takes half a second of a
 * start, most of it to read annotations, so only those that the arguments need are made.
 */
final class Commands {

  /** It prints what there is to complete, which is all. */
  private static final String COMPLETION = "completion";

  private final Map<String, Supplier<Callable<Integer>>> all = new LinkedHashMap<>();

  Commands(
      Session session,
      TrainCommand train,
      CoordinatorStartCommand coordinator,
      WorkerStartCommand worker) {
    all.put("train", () -> train);
    all.put("check", () -> new CheckCommand(session));
    all.put("gradcheck", () -> new GradcheckCommand(session));
    all.put("plan", () -> new PlanCommand(session));
    all.put("evaluate", () -> new EvaluateCommand(session));
    all.put("predict", () -> new PredictCommand(session));
    all.put("export", () -> new ExportCommand(session));
    all.put("coordinator", () -> coordinator);
    all.put("worker", () -> worker);
    all.put("parameters", () -> new ParametersStartCommand(session, ClusterNodes::parameters));
    all.put("submit", () -> new SubmitCommand(session, Follower.Patience.DEFAULT));
    all.put("sweep", () -> new SweepCommand(session, SingleNode::run, Follower.Patience.DEFAULT));
    all.put("jobs", () -> new JobsCommand(session));
    all.put("status", () -> new StatusCommand(session, Follower.Patience.DEFAULT));
    all.put("cancel", () -> new CancelCommand(session));
    all.put("resume", () -> new ResumeCommand(session));
    all.put("workers", () -> new WorkersCommand(session));
    all.put("certs", () -> new CertsCommand(session));
    all.put("token", () -> new TokenCommand(session));
    all.put("doctor", () -> new DoctorCommand(session));
    all.put(COMPLETION, () -> new CompletionCommand(session));
  }

  List<String> names() {
    return List.copyOf(all.keySet());
  }

  /** Adds the command that the arguments begin with; all of them if they begin otherwise. */
  void addTo(CommandLine main, String... args) {
    String first = args.length > 0 ? args[0] : "";
    List<String> needed =
        all.containsKey(first) && !first.equals(COMPLETION) ? List.of(first) : names();
    for (String name : needed) {
      CommandLine command = new CommandLine(all.get(name).get());
      descriptions(name).ifPresent(command::setResourceBundle);
      main.addSubcommand(name, command);
    }
  }

  /** Of options that a node's file may hold, too. */
  private static Optional<ResourceBundle> descriptions(String command) {
    if (command.equals("train")) {
      return Optional.of(NodeReference.get().descriptions());
    }
    return NodeKind.of(command).map(kind -> NodeReference.get().descriptions(kind));
  }
}
