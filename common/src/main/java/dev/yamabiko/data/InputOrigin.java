package dev.yamabiko.data;

/** Where an input came from, so that what is predicted can be found again. */
public sealed interface InputOrigin {

  /** A row of a table, an image of an IDX file or an element of an array, numbered from 0. */
  record Row(long number) implements InputOrigin {}

  /** A file, by its name; in a folder, by its path from there, with slashes. */
  record File(String name) implements InputOrigin {}
}
