package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.job.Extensions;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** Where a command that reads jobs or models looks for extensions, beside its class path. */
final class ExtensionOptions {

  private static final String NAME = "--extensions";
  private static final String VARIABLE = "YAMABIKO_EXTENSIONS";

  @Option(
      names = NAME,
      paramLabel = "PATH",
      description =
          "Where layers, losses, optimizers, data sources and augmentations of your own are: a jar,"
              + " or a directory of jars or classes; may be given several times (default:"
              + " $YAMABIKO_EXTENSIONS, with \":\" between several).")
  private List<Path> places = new ArrayList<>();

  /** The same options again, for a shell. */
  String commandLine() {
    return places.stream()
        .map(place -> " " + NAME + " " + JobArguments.quote(place))
        .collect(Collectors.joining());
  }

  /** Has this process read jobs by the extensions that a command is given, before it begins. */
  static void load(ParseResult parsed, Session session) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    OptionSpec option = command.commandSpec().findOption(NAME);
    if (option == null || command.isUsageHelpRequested()) {
      return;
    }
    List<Path> paths = paths(option.getValue(), System.getenv(), session.workingDirectory());
    if (!paths.isEmpty()) {
      Extensions.use(Extensions.load(paths));
    }
  }

  /** Has this process read jobs by the extensions that a node's file names, if no option does. */
  void useThoseOf(NodeFile file) {
    List<Path> named = file.paths("extensions");
    if (!named.isEmpty() && paths(places, System.getenv(), Path.of("")).isEmpty()) {
      Extensions.use(Extensions.load(named));
    }
  }

  static List<Path> paths(List<Path> given, Map<String, String> environment, Path directory) {
    Stream<Path> places =
        given.isEmpty()
            ? Arrays.stream(environment.getOrDefault(VARIABLE, "").split(File.pathSeparator))
                .filter(text -> !text.isBlank())
                .map(Path::of)
            : given.stream();
    return places.map(directory::resolve).toList();
  }
}
