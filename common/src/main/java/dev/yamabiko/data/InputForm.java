package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.List;

/** What one input of a trained model is made of, for whoever has to give one. */
public sealed interface InputForm {

  /**
   * A row of a table or, with lags, the rows before the one that is asked for.
   *
   * @param lags how many rows make an input; 0 where a row makes its own
   */
  record Table(List<InputColumn> columns, int lags) implements InputForm {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  /**
   * An image of one channel, which is grey, or three.
   *
   * @param shape [channels, height, width]
   * @param resized whether images of other sizes are stretched to this one; otherwise they are
   *     refused, as in training
   * @param pixels whether numbers in its place are bytes, 0 to 255; otherwise they are what the
   *     training file held
   */
  record Image(Shape shape, boolean resized, boolean pixels) implements InputForm {}

  /**
   * Numbers.
   *
   * @param pixels as of an image
   */
  record Numbers(Shape shape, boolean pixels) implements InputForm {}
}
