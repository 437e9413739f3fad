package dev.yamabiko.coordinator.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.yamabiko.data.DataException;
import dev.yamabiko.data.InputForm;
import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.InputSink;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.data.NearestName;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.data.RowInputs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The inputs in a request's body, read one by one: {@code {"rows": [{...}, ...]}} of a table,
 * {@code {"inputs": [[...], ...]}} of numbers, or an image.
 *
 * @param inputs what becomes of them
 * @param images what an image may take
 */
record GivenInputs(ModelInputs inputs, InputSink sink, ImageAllowance images) {

  private static final int SHOWN_OF_A_VALUE = 40;
  private static final int SHOWN_OF_AN_ERROR = 160;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final String ROWS = "rows";
  private static final String INPUTS = "inputs";

  /**
   * @param type what the request says that its body is
   * @throws ProblemException if it cannot be used
   * @throws DataException the same
   */
  void read(String type, byte[] body) {
    if (type.equals("application/json") || beginsAsJson(body)) {
      readJson(body);
      return;
    }
    if (body.length == 0) {
      throw Problem.badRequest("the body is empty; expected inputs of the model").exception();
    }
    String name = type.startsWith("image/") ? "the image" : "the body, which is not JSON";
    float[] input = inputs.image(name, new ByteArrayInputStream(body), images);
    sink.accept(new InputOrigin.Row(0), input);
  }

  private static boolean beginsAsJson(byte[] body) {
    int at = 0;
    while (at < body.length && Character.isWhitespace(body[at])) {
      at++;
    }
    return at < body.length && (body[at] == '{' || body[at] == '[');
  }

  private void readJson(byte[] body) {
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw refused("expected an object with rows or inputs");
      }
      String key = parser.nextFieldName();
      if (key == null) {
        throw refused("expected rows or inputs but found an empty object");
      }
      if (!key.equals(ROWS) && !key.equals(INPUTS)) {
        throw refused(
            "expected rows or inputs but found \"%s\"%s"
                .formatted(shown(key), NearestName.hint(key, List.of(ROWS, INPUTS))));
      }
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw refused("%s: expected a list but found %s".formatted(key, inWords(parser)));
      }
      if (key.equals(ROWS)) {
        readRows(parser);
      } else {
        readNumbers(parser);
      }
      String more = parser.nextFieldName();
      if (more != null) {
        throw refused("expected nothing beside %s but found \"%s\"".formatted(key, shown(more)));
      }
      if (parser.nextToken() != null) {
        throw refused("expected one object but found more behind it");
      }
    } catch (JsonProcessingException e) {
      throw refused("the body is not JSON: " + shown(JsonFault.describe(e), SHOWN_OF_AN_ERROR));
    } catch (IOException e) {
      throw refused("the body is not JSON: " + e.getMessage());
    }
  }

  private void readRows(JsonParser parser) throws IOException {
    RowInputs rows = inputs.rows(ROWS, sink);
    for (int number = 0; parser.nextToken() != JsonToken.END_ARRAY; number++) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw refused("row %d: expected an object but found %s".formatted(number, inWords(parser)));
      }
      rows.add(row(parser, number, rows.columns().size()));
    }
    rows.end();
  }

  /** Of a row with more cells than columns as many as tell that. */
  private static Map<String, Object> row(JsonParser parser, int number, int columns)
      throws IOException {
    Map<String, Object> row = new LinkedHashMap<>();
    while (row.size() <= columns && parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value.isStructStart()) {
        throw refused(
            "row %d, column '%s': expected a number or a text but found %s"
                .formatted(number, shown(name), inWords(parser)));
      }
      // A number is the text that a file would hold: in a column of categories 1.0 is not 1.
      row.put(
          name,
          value == JsonToken.VALUE_NULL
              ? null
              : value.isBoolean() ? (Object) parser.getBooleanValue() : parser.getText());
    }
    return row;
  }

  private void readNumbers(JsonParser parser) throws IOException {
    if (inputs.form() instanceof InputForm.Table) {
      throw refused("inputs: the model was trained on a table; expected rows");
    }
    int number = 0;
    for (; parser.nextToken() != JsonToken.END_ARRAY; number++) {
      String name = "inputs[%d]".formatted(number);
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw refused(
            "%s: expected a list of %d numbers but found %s"
                .formatted(name, inputs.shape().size(), inWords(parser)));
      }
      double[] values = new NestedNumbers(name, inputs.shape()).read(parser);
      sink.accept(new InputOrigin.Row(number), inputs.numbers(name, values));
    }
    if (number == 0) {
      throw refused("inputs: expected at least one input but found none");
    }
  }

  /** The value that the parser stands at. */
  static String inWords(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_ARRAY -> "a list";
      case START_OBJECT -> "an object";
      case VALUE_STRING -> "a text";
      default -> shown(parser.getText());
    };
  }

  private static String shown(String text) {
    return shown(text, SHOWN_OF_A_VALUE);
  }

  private static String shown(String text, int most) {
    return OneLine.cut(OneLine.marked(text), most);
  }

  static ProblemException refused(String detail) {
    return Problem.badRequest(detail).exception();
  }
}
