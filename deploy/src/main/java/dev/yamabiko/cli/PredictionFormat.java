package dev.yamabiko.cli;

/** How predictions are written. */
enum PredictionFormat {
  /** A header and a line for each, as in RFC 4180, but with line feeds alone. */
  CSV,
  /** A JSON object in a line for each. */
  JSONL
}
