package dev.yamabiko.job;

/** One of several kinds, chosen by its key: {@code { dense { units = 10 } }} or {@code relu}. */
record Variant(String name, Node options) {

  /** The options as an object with these keys; without any keys: no options can be given. */
  Section section(String... known) {
    return options.section(known);
  }
}
