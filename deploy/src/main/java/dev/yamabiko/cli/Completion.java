package dev.yamabiko.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Scripts by which a shell completes commands, options and what they take, made from the commands
 * themselves; what is hidden is left out. No name of a file ever gets into the text that a shell
 * expands: files are completed by the shell's own means.
 */
final class Completion {

  private Completion() {}

  /** For bash 3.2 and newer. */
  static String bash(CommandSpec root) {
    String commands = visible(root).keySet().stream().collect(Collectors.joining(" "));
    StringBuilder cases = new StringBuilder();
    visible(root).forEach((name, command) -> cases.append(bashCase(name, command)));
    return """
        # bash completion for %1$s, made by: %1$s completion bash
        _%1$s() {
          local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
          local words='' files=''
          # bash takes "=" for a word of its own.
          if [[ $word == = ]]; then
            word=''
          elif [[ $previous == = ]]; then
            previous=${COMP_WORDS[COMP_CWORD-2]}
          fi
          COMPREPLY=()
          if ((COMP_CWORD == 1)); then
            words='%2$s %3$s'
          else
            case ${COMP_WORDS[1]} in
        %4$s    esac
          fi
          # Without an answer of its own bash completes names of files.
          [[ -n $files ]] || compopt +o default 2>/dev/null
          COMPREPLY=($(compgen -W "$words" -- "$word"))
        }
        complete -o default -F _%1$s %1$s
        """
        .formatted(root.name(), commands, options(root), cases);
  }

  private static String bashCase(String name, CommandSpec command) {
    StringBuilder text =
        new StringBuilder("      %s)\n        case $previous in\n".formatted(name));
    List<String> otherNames = new ArrayList<>();
    for (OptionSpec option : valued(command)) {
      if (takesFile(option) || !candidates(option).isEmpty()) {
        String then = takesFile(option) ? "files=yes" : "words='%s'".formatted(candidates(option));
        text.append("          %s) %s ;;\n".formatted(String.join(" | ", option.names()), then));
      } else {
        otherNames.addAll(List.of(option.names()));
      }
    }
    if (!otherNames.isEmpty()) {
      text.append("          %s) ;;\n".formatted(String.join(" | ", otherNames)));
    }
    text.append("          *)\n            if [[ $word == -* ]]; then\n");
    text.append("              words='%s'\n".formatted(options(command)));
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      if (takesFile(parameter) || !candidates(parameter).isEmpty()) {
        text.append("            else\n              ");
        text.append(
            takesFile(parameter) ? "files=yes" : "words='%s'".formatted(candidates(parameter)));
        text.append('\n');
      }
    }
    return text + "            fi ;;\n        esac ;;\n";
  }

  /**
   * With descriptions; to be sourced, or as the file {@code _yamabiko} on the path of functions.
   */
  static String zsh(CommandSpec root) {
    StringBuilder commands = new StringBuilder();
    StringBuilder cases = new StringBuilder();
    visible(root)
        .forEach(
            (name, command) -> {
              String words = firstSentence(command.usageMessage().description());
              commands.append("    %s\n".formatted(quote(name + ":" + words)));
              cases.append(zshCase(name, command));
            });
    String rootOptions =
        root.options().stream()
            .filter(option -> !option.hidden())
            .map(option -> "    " + zshOption(option, "(- : *)") + " \\\n")
            .collect(Collectors.joining());
    return """
        #compdef %1$s
        # zsh completion for %1$s, made by: %1$s completion zsh
        _%1$s() {
          local curcontext=$curcontext state line
          local -A opt_args
          local -a commands
          commands=(
        %2$s  )
          _arguments -C \\
        %3$s    '1:command:->command' \\
            '*::argument:->argument'
          case $state in
            command) _describe command commands ;;
            argument)
              case $words[1] in
        %4$s      esac ;;
          esac
        }
        if [[ $funcstack[1] == _%1$s ]]; then
          _%1$s "$@"
        else
          compdef _%1$s %1$s
        fi
        """
        .formatted(root.name(), commands, rootOptions, cases);
  }

  private static String zshCase(String name, CommandSpec command) {
    StringBuilder text = new StringBuilder("        %s)\n          _arguments".formatted(name));
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        String exclusions = option.usageHelp() ? "(- *)" : option.isMultiValue() ? "*" : "";
        text.append(" \\\n            ").append(zshOption(option, exclusions));
      }
    }
    int number = 0;
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      String argument =
          "%d:%s:%s".formatted(++number, colons(parameter.paramLabel()), zshAction(parameter));
      text.append(" \\\n            ").append(quote(argument));
    }
    return text + " ;;\n";
  }

  private static String zshOption(OptionSpec option, String before) {
    String what = "[" + brackets(firstSentence(option.description())) + "]";
    boolean valued = option.arity().max() > 0;
    String value = valued ? ":%s:%s".formatted(colons(option.paramLabel()), zshAction(option)) : "";
    return Arrays.stream(option.names())
        .map(name -> quote(before + name + (valued ? "=" : "") + what + value))
        .collect(Collectors.joining(" "));
  }

  private static String zshAction(ArgSpec argument) {
    if (takesFile(argument)) {
      return "_files";
    }
    String candidates = candidates(argument);
    return candidates.isEmpty() ? "" : "(" + candidates + ")";
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static String brackets(String text) {
    return text.replace("[", "\\[").replace("]", "\\]");
  }

  private static String colons(String text) {
    return text.replace(":", "\\:");
  }

  /** Or what there is before a semicolon; without its full stop and without defaults. */
  private static String firstSentence(String... description) {
    return String.join(" ", description)
        .replaceFirst("(;|\\. [A-Z]).*", "")
        .replaceFirst(" \\(default.*?\\)", "")
        .replaceFirst("\\.$", "");
  }

  private static Map<String, CommandSpec> visible(CommandSpec root) {
    Map<String, CommandSpec> visible = new LinkedHashMap<>();
    for (Map.Entry<String, CommandLine> command : root.subcommands().entrySet()) {
      CommandSpec spec = command.getValue().getCommandSpec();
      if (!spec.usageMessage().hidden()) {
        visible.put(command.getKey(), spec);
      }
    }
    return visible;
  }

  private static String options(CommandSpec command) {
    return command.options().stream()
        .filter(option -> !option.hidden())
        .map(OptionSpec::longestName)
        .collect(Collectors.joining(" "));
  }

  private static List<OptionSpec> valued(CommandSpec command) {
    return command.options().stream()
        .filter(option -> option.arity().max() > 0 && !option.hidden())
        .toList();
  }

  private static boolean takesFile(ArgSpec argument) {
    return Arrays.stream(argument.auxiliaryTypes())
        .anyMatch(type -> type == Path.class || type == File.class);
  }

  /** The words that there are to choose from; empty for anything else. */
  private static String candidates(ArgSpec argument) {
    Iterable<String> candidates = argument.completionCandidates();
    return candidates == null
        ? ""
        : StreamSupport.stream(candidates.spliterator(), false).collect(Collectors.joining(" "));
  }
}
