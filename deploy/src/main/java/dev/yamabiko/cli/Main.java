package dev.yamabiko.cli;

import dev.yamabiko.cli.log.StandardError;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.InputErrors;
import dev.yamabiko.data.NearestName;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.JobException;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.tensor.KernelsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code yamabiko} command. Exit codes: 0 done, 2 the user's input is wrong, 1 the run failed
 * or was cancelled, or the server cannot be reached, 130 interrupted. Errors are one line on
 * standard error, and with {@code --json} also an object on standard output.
 */
@Command(
    name = "yamabiko",
    description = "Trains neural networks on the JVM: the same bits, whatever happens.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Main.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "  0:done",
      "  1:the run failed or was cancelled, the server cannot be reached, or standard output cannot be"
          + " written",
      "  2:the input is wrong",
      "130:interrupted"
    },
    footer = {
      "",
      "Examples:",
      "  yamabiko train " + ExampleJobs.DIGITS,
      "  yamabiko train "
          + ExampleJobs.DIGITS
          + " --workers 4 --set epochs=10 --out runs/ten --json",
      "  yamabiko check " + ExampleJobs.DIGITS,
      "  yamabiko gradcheck " + ExampleJobs.DIGITS,
      "  yamabiko plan " + ExampleJobs.DIGITS + " --workers 16 --bandwidth 10Gb --latency 50us",
      "  yamabiko evaluate runs/ten --data " + ExampleJobs.DIGITS,
      "  yamabiko predict runs/ten --input new-images --out predictions.csv",
      "  yamabiko export runs/ten --out ten.onnx",
      "  yamabiko coordinator",
      "  yamabiko worker --coordinator 127.0.0.1:2551",
      "  yamabiko parameters --coordinator 127.0.0.1:2551",
      "  yamabiko submit " + ExampleJobs.DIGITS + " --follow",
      "  yamabiko sweep " + ExampleJobs.SPIRALS_SWEEP + " --local",
      "  yamabiko status digits-1 --watch",
      "",
      "YAMABIKO_JAVA_OPTS holds options for the JVM, as -Xmx8g for more memory.",
      "YAMABIKO_EXTENSIONS names jars with layers, losses, optimizers, data sources and augmentations"
          + " of your own."
    })
public final class Main implements Runnable {

  private static final Duration INTERRUPTION_DEADLINE = Duration.ofMinutes(5);

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show this help and exit.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and exit.")
  private boolean version;

  private static final String NO_SECOND_HANDSHAKE = "jdk.tls.rejectClientInitiatedRenegotiation";

  private Main() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "a command is expected: " + String.join(", ", spec.subcommands().keySet()));
  }

  public static void main(String[] args) {
    NoMemory none = NoMemory.of(wantsJson(args));
    if (!isNode(args)) {
      Thread.setDefaultUncaughtExceptionHandler(none::uncaught);
    }
    try {
      start(args);
    } catch (OutOfMemoryError e) {
      none.end();
    }
  }

  private static void start(String[] args) {
    // Images are decoded and drawn without a screen; a program that embeds the rest decides itself.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    // With TLS 1.2 a client may ask for one handshake after the other on a connection. The JDK
    // reads this before the first.
    if (System.getProperty(NO_SECOND_HANDSHAKE) == null) {
      System.setProperty(NO_SECOND_HANDSHAKE, "true");
    }
    // Numbers have the digits 0 to 9, for programs that read them, wherever their reader lives.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    PrintStream out = utf8(FileDescriptor.out);
    StandardError err = StandardError.of(new FileOutputStream(FileDescriptor.err));
    Terminal terminal = Terminal.of(System.getProperties(), System.getenv());
    if (LogOptions.wantsJson(args, System.getenv())) {
      err.asJson();
      terminal = terminal.forPrograms();
    }
    Interruption interruption =
        new Interruption(INTERRUPTION_DEADLINE, code -> Runtime.getRuntime().halt(code));
    interruption.install();
    Session session = new Session(out, err, Path.of(""), terminal, wantsJson(args), interruption);
    if (isNode(args)) {
      interruption.onLoss(() -> session.endedAlone(args[0]), 0);
    } else {
      interruption.onLoss(session::interrupted, Interruption.EXIT_CODE);
    }
    interruption.onExitCall(session::ended);
    int code = run(args, session);
    if (out.checkError() && code == 0) {
      err.println("yamabiko: standard output cannot be written");
      code = 1;
    }
    interruption.end(code);
    System.exit(code);
  }

  private static boolean isNode(String[] args) {
    return args.length > 0 && NodeKind.of(args[0]).isPresent();
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  /** The whole command in this JVM, without its signals; returns the exit code. */
  static int run(String[] args, PrintStream out, PrintStream err, Path workingDirectory) {
    Terminal terminal = new Terminal(false, 80, true);
    Interruption none = new Interruption(INTERRUPTION_DEADLINE, code -> {});
    return run(args, new Session(out, err, workingDirectory, terminal, wantsJson(args), none));
  }

  static int run(String[] args, Session session) {
    return run(args, session, new TrainCommand(session, SingleNode::run));
  }

  static int run(String[] args, Session session, TrainCommand train) {
    return run(
        args,
        session,
        train,
        new CoordinatorStartCommand(session, ClusterNodes::coordinator),
        new WorkerStartCommand(session, ClusterNodes::worker));
  }

  static int run(
      String[] args,
      Session session,
      TrainCommand train,
      CoordinatorStartCommand coordinator,
      WorkerStartCommand worker) {
    Commands all = new Commands(session, train, coordinator, worker);
    String[] given = withoutHelp(args, all.names());
    CommandLine commands = commands(session, all, given);
    try {
      return commands.execute(given);
    } catch (Error e) {
      return failed(session, e);
    }
  }

  /** What other tools have as a command: {@code help [COMMAND]} is {@code [COMMAND] --help}. */
  private static String[] withoutHelp(String[] args, List<String> commands) {
    if (args.length == 0 || !args[0].equals("help")) {
      return args;
    }
    List<String> others = new ArrayList<>(List.of(args).subList(1, args.length));
    if (others.isEmpty() || commands.contains(others.get(0))) {
      others.add("--help");
    }
    return others.toArray(String[]::new);
  }

  /** All of them, as the command line names them. */
  static CommandLine commands(Session session) {
    return commands(
        session,
        new Commands(
            session,
            new TrainCommand(session, SingleNode::run),
            new CoordinatorStartCommand(session, ClusterNodes::coordinator),
            new WorkerStartCommand(session, ClusterNodes::worker)));
  }

  private static CommandLine commands(Session session, Commands all, String... args) {
    CommandLine commands = new CommandLine(new Main());
    all.addTo(commands, args);
    return commands
        .setExpandAtFiles(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi(session)))
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setOut(new PrintWriter(session.out(), true))
        .setErr(new PrintWriter(session.err(), true))
        .setExecutionStrategy(parsed -> execute(session, parsed))
        .setParameterExceptionHandler((e, given) -> refuse(session, usageError(e)))
        .setExecutionExceptionHandler((e, command, parsed) -> failed(session, e));
  }

  /** Extensions first: whatever the command reads may name them. */
  private static int execute(Session session, ParseResult parsed) {
    requireValues(parsed);
    try {
      ExtensionOptions.load(parsed, session);
    } catch (JobException e) {
      return failed(session, e);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  /** No option means anything by an empty value, and messages could not show it. */
  private static void requireValues(ParseResult parsed) {
    for (CommandLine command : parsed.asCommandLineList()) {
      for (OptionSpec option : command.getParseResult().matchedOptions()) {
        if (option.originalStringValues().contains("")) {
          throw new ParameterException(
              command,
              "%s expects %s but got \"\"".formatted(option.longestName(), option.paramLabel()));
        }
      }
      for (PositionalParamSpec file : command.getParseResult().matchedPositionals()) {
        if (file.type() == Path.class && file.originalStringValues().contains("")) {
          throw new ParameterException(
              command, "expected %s but got \"\"".formatted(file.paramLabel()));
        }
      }
    }
  }

  /** Help goes to standard output. */
  private static Ansi ansi(Session session) {
    return session.terminal().out() == Ink.COLOURED ? Ansi.ON : Ansi.OFF;
  }

  static boolean wantsJson(String[] args) {
    return Arrays.stream(args).anyMatch(Set.of("--json", "--json=true")::contains);
  }

  private static String usageError(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = e.getMessage();
    if (e instanceof UnmatchedArgumentException unmatched) {
      String argument = unmatched.getUnmatched().get(0);
      message =
          (unmatched.isUnknownOption() ? "unknown option " : "unexpected argument ")
              + argument
              + suggestion(e.getCommandLine().getCommandSpec(), argument);
    } else if (e.getArgSpec() instanceof OptionSpec option
        && option.longestName().endsWith("port")
        && e.getValue() != null) {
      message =
          "%s expects %s but got %s".formatted(option.longestName(), Port.EXPECTED, e.getValue());
    }
    return "%s (see %s --help)".formatted(message, command);
  }

  /** The option or command most like it, a value after "=" aside. */
  private static String suggestion(CommandSpec command, String argument) {
    List<String> names = new ArrayList<>(command.optionsMap().keySet());
    names.addAll(command.subcommands().keySet());
    return NearestName.of(argument.replaceFirst("=.*", ""), names)
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }

  /** Shows where it happened, if that is asked for. */
  static void trace(Session session, Throwable e) {
    if (System.getenv("YAMABIKO_DEBUG") != null) {
      e.printStackTrace(session.err());
    }
  }

  /** Of what no user can have caused. */
  static String internalError(Throwable e) {
    return "internal error (YAMABIKO_DEBUG=1 shows where): " + e;
  }

  private static int failed(Session session, Throwable e) {
    trace(session, e);
    if (InputErrors.isInput(e) || e instanceof KernelsException) {
      return refuse(session, e.getMessage());
    }
    if (e instanceof ServerException server) {
      session.fail(server.getMessage());
      return server.usersFault() ? 2 : 1;
    }
    if (HeapNeed.isOutOfMemory(e)) {
      session.fail(HeapNeed.outOfMemory());
      return 1;
    }
    session.fail(internalError(e));
    return 1;
  }

  private static int refuse(Session session, String error) {
    session.fail(error);
    return 2;
  }

  /** From the jar's manifest; classes that come from elsewhere are under development. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "yamabiko %s (Java %s)"
            .formatted(version == null ? "development" : version, Runtime.version())
      };
    }
  }
}
