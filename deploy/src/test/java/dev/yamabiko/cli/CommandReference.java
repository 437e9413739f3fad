package dev.yamabiko.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The reference of all commands in Markdown, made from what their help is made from. */
final class CommandReference {

  /** Options, variables and paths. */
  private static final Pattern CODE =
      Pattern.compile(
          "(?<![\\w-])--[a-z][a-z-]*( [a-z.]+=[\\w.]+)?|\\$?YAMABIKO_[A-Z_]+|\\$XDG[\\w/]+|(?<!\\w)[~.]/[\\w./-]*\\w");

  private final CommandLine root;

  CommandReference(CommandLine root) {
    this.root = root;
  }

  String markdown() {
    StringBuilder text = new StringBuilder("# Commands\n\n");
    text.append("What `--help` of each command says, in one place; a test keeps it so.\n\n");
    text.append("| command | does |\n|---|---|\n");
    commands().forEach(command -> text.append(row(command)));
    text.append("\nExit codes, of every command:\n\n| code | means |\n|---|---|\n");
    root.getCommandSpec()
        .usageMessage()
        .exitCodeList()
        .forEach((code, meaning) -> text.append("| %s | %s |\n".formatted(code.strip(), meaning)));
    text.append('\n').append(footer(root.getCommandSpec()));
    commands().forEach(command -> text.append('\n').append(section(command)));
    return text.toString();
  }

  private Stream<CommandLine> commands() {
    return root.getSubcommands().values().stream()
        .filter(command -> !command.getCommandSpec().usageMessage().hidden());
  }

  private static String row(CommandLine command) {
    String name = command.getCommandName();
    String does = command.getCommandSpec().usageMessage().description()[0];
    return "| [`%s`](#%s) | %s |\n".formatted(name, name, prose(does));
  }

  private static String section(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    StringBuilder text = new StringBuilder("## %s\n\n".formatted(spec.name()));
    text.append(prose(String.join(" ", spec.usageMessage().description()))).append("\n\n");
    text.append("```\n%s\n```\n\n".formatted(command.getHelp().synopsis(0).strip()));
    text.append("| argument or option | means |\n|---|---|\n");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      text.append(argument(parameter.paramLabel(), parameter));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden() && !option.usageHelp()) {
        String value = option.arity().max() > 0 ? " " + option.paramLabel() : "";
        text.append(argument(option.longestName() + value, option));
      }
    }
    return text.append('\n').append(footer(spec)).toString();
  }

  private static String argument(String name, ArgSpec argument) {
    String means = String.join(" ", argument.description());
    boolean asked = argument.isOption() && argument.required();
    return "| `%s` | %s |\n"
        .formatted(name.replace("|", "\\|"), prose(asked ? means + " Required." : means));
  }

  /** Indented lines are for a terminal, or a file; lines between them are one paragraph. */
  private static String footer(CommandSpec spec) {
    List<String> blocks = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    boolean indented = false;
    for (String line : spec.usageMessage().footer()) {
      if (line.startsWith("  ") != indented || line.isEmpty()) {
        add(blocks, lines, indented);
      }
      indented = line.startsWith("  ");
      if (!line.isEmpty()) {
        lines.add(line.substring(indented ? 2 : 0).stripTrailing());
      }
    }
    add(blocks, lines, indented);
    return String.join("\n", blocks);
  }

  private static void add(List<String> blocks, List<String> lines, boolean indented) {
    if (lines.isEmpty()) {
      return;
    } else if (!indented) {
      blocks.add(prose(String.join(" ", lines)) + "\n");
    } else {
      boolean commands = lines.get(0).contains("yamabiko ");
      blocks.add(
          lines.stream()
              .map(line -> (commands ? "$ " : "") + line + "\n")
              .collect(Collectors.joining("", commands ? "```console\n" : "```hocon\n", "```\n")));
    }
    lines.clear();
  }

  private static String prose(String text) {
    return CODE.matcher(text).replaceAll("`$0`").replace("|", "\\|").replace("*", "\\*");
  }
}
