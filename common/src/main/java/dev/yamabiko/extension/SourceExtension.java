package dev.yamabiko.extension;

import dev.yamabiko.data.ExampleSource;

/** A data source of one's own: a job's {@code data.train} or {@code data.validation}. */
public non-sealed interface SourceExtension extends Extension {

  /**
   * The source that these options ask for. Reads nothing yet: workers make it, too, and get their
   * examples from the coordinator.
   */
  ExampleSource make(Options options);
}
