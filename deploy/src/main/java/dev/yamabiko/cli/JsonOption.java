package dev.yamabiko.cli;

import picocli.CommandLine.Option;

/** Read by {@link Main#wantsJson}, before anything can go wrong. */
final class JsonOption {
  @Option(
      names = "--json",
      description = "Print one JSON object as the last line of standard output.")
  private boolean json;
}
