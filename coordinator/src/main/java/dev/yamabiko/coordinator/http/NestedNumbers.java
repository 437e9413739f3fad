package dev.yamabiko.coordinator.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the numbers of one input from JSON: in one list, or nested as the input's shape says. The
 * one channel of a grey image need not have a list of its own.
 */
final class NestedNumbers {

  private final String name;
  private final Shape shape;
  private final double[] values;
  private long count;

  /** How long the lists of each depth are, once the first of them has been read. */
  private final List<Integer> lengths = new ArrayList<>();

  /**
   * @param name for messages: what the input is called
   */
  NestedNumbers(String name, Shape shape) {
    this.name = name;
    this.shape = shape;
    values = new double[shape.size()];
  }

  /**
   * @param parser at the beginning of the list
   * @throws ProblemException if the input has another shape
   */
  double[] read(JsonParser parser) throws IOException {
    readList(parser, 0);
    boolean isFlat = lengths.size() == 1 && count == values.length;
    List<Integer> whole = shape.dimensions();
    boolean isNested =
        lengths.equals(whole)
            || whole.get(0) == 1 && lengths.equals(whole.subList(1, whole.size()));
    if (!isFlat && !isNested) {
      throw unfit(lengths.toString());
    }
    return values;
  }

  private void readList(JsonParser parser, int depth) throws IOException {
    if (depth == lengths.size()) {
      lengths.add(null);
    }
    int length = 0;
    boolean holdsLists = false;
    for (; parser.nextToken() != JsonToken.END_ARRAY; length++) {
      boolean isList = parser.currentToken() == JsonToken.START_ARRAY;
      if (length > 0 && isList != holdsLists || isList && depth + 1 >= shape.rank()) {
        throw unfit("lists beside numbers, or within others");
      }
      holdsLists = isList;
      if (isList) {
        readList(parser, depth + 1);
      } else if (parser.currentToken().isNumeric()) {
        add(parser.getDoubleValue());
      } else {
        throw GivenInputs.refused(
            "%s, number %d: expected a number but found %s"
                .formatted(name, count, GivenInputs.inWords(parser)));
      }
    }
    if (lengths.get(depth) == null) {
      lengths.set(depth, length);
    } else if (lengths.get(depth) != length) {
      throw unfit("lists of %d and of %d beside each other".formatted(lengths.get(depth), length));
    }
  }

  private void add(double value) {
    if (count < values.length) {
      values[(int) count] = value;
    }
    count++;
  }

  private ProblemException unfit(String found) {
    return GivenInputs.refused(
        "%s: expected %d numbers in one list, or nested as %s, but found %s"
            .formatted(name, values.length, shape, found));
  }
}
