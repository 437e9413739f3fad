package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What real shells make of the scripts. */
@Timeout(180)
class CompletionTest {

  @Command(name = "hidden", hidden = true)
  private static final class Hidden {}

  @Command(name = "seen")
  private static final class Seen {
    @Option(names = "--hidden-option", hidden = true)
    private boolean option;
  }

  @TempDir Path place;

  @BeforeEach
  void write() throws IOException {
    for (String shell : List.of("bash", "zsh")) {
      Invocation printed = Invocation.of(place, List.of("completion", shell));
      assertEquals(0, printed.exitCode(), printed.err());
      Files.writeString(place.resolve(shell), printed.out());
    }
  }

  private String run(String... command) throws Exception {
    Path said = place.resolve("said");
    Process process =
        new ProcessBuilder(command)
            .directory(place.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    assertEquals(0, process.exitValue(), Files.readString(said));
    return Files.readString(said);
  }

  /** The words, with the empty one last where a new one begins, and what bash makes of the last. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "yamabiko sub                     | submit",
        "deploy/bin/yamabiko c            | check coordinator cancel certs completion",
        "yamabiko --v                     | --version",
        "yamabiko train --wor             | --workers",
        "yamabiko train a.conf --re       | --resume",
        "yamabiko status --               | --watch --server --token-file --ca --tls --json --help",
        "yamabiko predict run --format '' | csv jsonl",
        "yamabiko predict run --format = j | jsonl",
        "yamabiko completion ''           | bash zsh",
        "yamabiko worker --name jobs --c  | --config --coordinator --cache",
        "yamabiko train --workers ''      | ''",
        "yamabiko status d                | ''",
        "yamabiko jobs ''                 | ''",
        "yamabiko train d                 | files",
        "yamabiko train d.conf --out ''   | files",
        "yamabiko evaluate --data ''      | files",
        "yamabiko evaluate --data = d     | files",
        "yamabiko coordinator --config d  | files"
      })
  void shouldCompleteInBash(String words, String expected) throws Exception {
    // "compopt" is for functions that readline calls; without it files are completed by bash.
    String script =
        """
        source ./bash
        default=files
        compopt() { default=''; }
        COMP_WORDS=(%s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _yamabiko
        echo "${COMPREPLY[*]}$default"
        """;
    String said = run("bash", "--norc", "-c", script.formatted(words));
    assertEquals(expected.equals("''") ? "" : expected, said.strip());
  }

  @Test
  void shouldLeaveNamesOfFilesToBash() throws Exception {
    assertEquals(
        "complete -o default -F _yamabiko yamabiko\n",
        run("bash", "--norc", "-c", "source ./bash; complete -p yamabiko"));
  }

  private static boolean hasZsh() {
    return Stream.of("/bin/zsh", "/usr/bin/zsh").anyMatch(f -> Files.isExecutable(Path.of(f)));
  }

  @Test
  void shouldCompleteInZsh() throws Exception {
    Required.orSkip(Required.ZSH, CompletionTest::hasZsh, "there is no zsh here");
    // A zsh in a terminal of its own, whose list of matches is printed.
    String script =
        """
        zmodload zsh/zpty
        zpty terminal zsh -f -i
        zpty -w terminal 'PS1=; cd %1$s; autoload -U compinit; compinit -u -D; source ./zsh'
        zpty -w terminal 'compadd() { builtin compadd -O found "$@"; print -r -- "found:" $found }'
        zpty -w terminal "print rea''dy"
        zpty -r terminal seen '*ready*'
        zpty -n -w terminal $'%2$s\\t'
        zpty -r terminal seen '*found:*%3$s*' && print -r -- "$seen"
        zpty -d terminal
        """;
    for (List<String> one :
        List.of(
            List.of("yamabiko sub", "submit"),
            List.of("yamabiko predict run --format ", "csv jsonl"))) {
      String said = run("zsh", "-f", "-c", script.formatted(place, one.get(0), one.get(1)));
      assertTrue(said.contains(one.get(1)), said);
    }
  }

  @Test
  void shouldLeaveOutWhatIsHidden() {
    CommandSpec root =
        new CommandLine(CommandSpec.create().name("yamabiko"))
            .addSubcommand(new Hidden())
            .addSubcommand(new Seen())
            .getCommandSpec();
    for (String script : List.of(Completion.bash(root), Completion.zsh(root))) {
      assertTrue(script.contains("seen"), script);
      assertFalse(script.contains("hidden"), script);
    }
  }
}
