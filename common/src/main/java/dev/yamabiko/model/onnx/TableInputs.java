package dev.yamabiko.model.onnx;

import static dev.yamabiko.model.onnx.Attributes.integer;
import static dev.yamabiko.model.onnx.Attributes.texts;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.InputColumn;
import dev.yamabiko.data.InputForm;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.model.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The cells of a table's rows as the network sees them. Each column is an input of its own, called
 * as it is: [N, 1] numbers or texts, or with lags [N, lags], the rows before the one that is
 * predicted, the oldest first.
 *
 * <p>Numbers are doubles, as when a table is read: (x - offset) / scale would lose with floats what
 * a date or a place on earth says. A category becomes a 0 or 1 for each one that is known; one that
 * is not, zeros or an error, as the job has it.
 */
final class TableInputs {

  private static final String PLACE = "input";

  private final OnnxGraph graph;
  private final int lags;
  private final int rows;
  private final boolean zeros;
  private final String axes;

  /** Neighbouring columns of numbers, which are scaled together. */
  private final List<String> numbers = new ArrayList<>();

  private final List<LoadedData.Scaling> scalings = new ArrayList<>();

  /** What is made of the columns so far: [N, rows, features]. */
  private final List<String> parts = new ArrayList<>();

  private TableInputs(OnnxGraph graph, DataSource.Csv source) {
    this.graph = graph;
    lags = source.lags();
    rows = Math.max(1, lags);
    zeros = source.unknownCategories() == DataSource.UnknownCategories.ZEROS;
    axes = graph.integers(PLACE + "/axes", 2);
  }

  /** Adds inputs and operators; returns what the network reads. */
  static String emit(OnnxGraph graph, ModelInputs inputs, InputForm.Table form) {
    TableInputs table = new TableInputs(graph, (DataSource.Csv) inputs.trainedOn());
    List<InputColumn> columns = form.columns();
    long size = columns.stream().mapToLong(column -> Math.max(1, column.categories().size())).sum();
    if (size * table.rows != inputs.shape().size()) {
      throw new ModelException(
          "the model takes inputs of shape %s, which its %d rows of %d columns do not give"
              .formatted(inputs.shape(), table.rows, columns.size()));
    }
    for (int i = 0; i < columns.size(); i++) {
      table.add(
          columns.get(i),
          inputs.scaling().isEmpty() ? new LoadedData.Scaling("", 0, 1) : inputs.scaling().get(i));
    }
    return table.finish();
  }

  private void add(InputColumn column, LoadedData.Scaling scaling) {
    String name = column.name().isBlank() ? "column" : column.name();
    String where =
        "column '%s'%s"
            .formatted(
                column.name(),
                lags == 0
                    ? ""
                    : " of the %d rows before the one that is predicted, the oldest first"
                        .formatted(rows));
    if (column.categories().isEmpty()) {
      String cells = graph.input(name, where + ", numbers", DataType.DOUBLE, rows);
      numbers.add(graph.node("Unsqueeze", PLACE, List.of(cells, axes)));
      scalings.add(scaling);
    } else {
      scaleNumbers();
      String cells =
          graph.input(name, where + ", texts without blanks around them", DataType.STRING, rows);
      String ones =
          graph.mlNode(
              "OneHotEncoder",
              PLACE,
              List.of(cells),
              texts("cats_strings", column.categories()),
              integer("zeros", zeros ? 1 : 0));
      graph.describe(ones, DataType.FLOAT, rows, column.categories().size());
      parts.add(ones);
    }
  }

  private void scaleNumbers() {
    if (numbers.isEmpty()) {
      return;
    }
    String value = joined(numbers);
    value = unlessAll(0, "Sub", "offset", value, LoadedData.Scaling::offset);
    value = unlessAll(1, "Div", "scale", value, LoadedData.Scaling::scale);
    parts.add(graph.cast(PLACE, value, DataType.FLOAT));
    numbers.clear();
    scalings.clear();
  }

  private String unlessAll(
      double neutral,
      String operator,
      String name,
      String value,
      ToDoubleFunction<LoadedData.Scaling> operand) {
    double[] operands = scalings.stream().mapToDouble(operand).toArray();
    for (double each : operands) {
      if (each != neutral) {
        return graph.node(
            operator, PLACE, List.of(value, graph.doubles(PLACE + "/" + name, operands)));
      }
    }
    return value;
  }

  private String joined(List<String> values) {
    return values.size() == 1
        ? values.get(0)
        : graph.node("Concat", PLACE, values, integer("axis", 2));
  }

  /** Row by row, the columns of each in their order. */
  private String finish() {
    scaleNumbers();
    return graph.node("Flatten", PLACE, List.of(joined(parts)), integer("axis", 1));
  }
}
