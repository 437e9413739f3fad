package dev.yamabiko.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a shell complete what one types. */
@Command(
    name = "completion",
    description = "Prints a script by which a shell completes commands, options and files.",
    footer = {
      "",
      "Examples:",
      "  source <(yamabiko completion bash)    # in ~/.bashrc",
      "  source <(yamabiko completion zsh)     # in ~/.zshrc, after compinit"
    })
final class CompletionCommand implements Callable<Integer> {

  /** By the names of their programs. */
  enum Shell {
    bash,
    zsh
  }

  private final Session session;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  CompletionCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    CommandSpec root = spec.root();
    session.print(
        (shell == Shell.bash ? Completion.bash(root) : Completion.zsh(root)).stripTrailing());
    return 0;
  }
}
