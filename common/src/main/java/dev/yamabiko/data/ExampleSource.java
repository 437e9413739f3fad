package dev.yamabiko.data;

import java.io.IOException;

/** Where the examples of a user's own data source come from; {@link DataSource.Extended}. */
public interface ExampleSource {

  /**
   * The examples: a pure function of the source's options and of the files that they name. What is
   * returned is read once, by one thread, all inputs in order and then all targets; what was read
   * is kept, by content, as other data is, and goes to workers from there.
   *
   * <p>Every input is finite, and so is every target; one of {@link Targets.Classes} is the number
   * of a class, and {@link Targets.Values} are plain ones, which the model sees as they are.
   *
   * @throws DataException if the examples cannot be used; its message is meant for the user
   */
  Dataset open() throws IOException;
}
