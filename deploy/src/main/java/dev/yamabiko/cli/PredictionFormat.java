package dev.yamabiko.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;

/** How predictions are written. */
enum PredictionFormat {
  /** A header and a line for each, as in RFC 4180, but with line feeds alone. */
  CSV,
  /** A JSON object in a line for each. */
  JSONL;

  /** As users write them. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(values())
          .map(format -> format.name().toLowerCase(Locale.ROOT))
          .iterator();
    }
  }
}
