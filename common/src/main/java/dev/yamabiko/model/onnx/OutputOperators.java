package dev.yamabiko.model.onnx;

import static dev.yamabiko.model.onnx.Attributes.integer;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.nn.BinaryCrossEntropy;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Huber;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import java.util.List;
import java.util.Map;

/**
 * What the network's outputs mean, as {@link Loss#predict} has it: {@code probabilities} of all
 * classes and the {@code label}, that is the name of the class, or {@code predictions} in the
 * targets' own units.
 */
final class OutputOperators {

  private static final String PROBABILITIES = "probabilities";
  private static final String LABEL = "label";
  private static final String PREDICTIONS = "predictions";

  /** Names of all that there may be. */
  static final List<String> NAMES = List.of(PROBABILITIES, LABEL, PREDICTIONS);

  private static final String PLACE = "output";

  /** How a loss reads the network's outputs. */
  private enum Reading {
    /** One output for each class. */
    SOFTMAX,
    /** Each output by itself; of two classes the second one's. */
    SIGMOID,
    AS_THEY_ARE
  }

  /** What is not in here cannot be exported. */
  private static final Map<Class<? extends Loss>, Reading> READINGS =
      Map.of(
          SoftmaxCrossEntropy.class, Reading.SOFTMAX,
          BinaryCrossEntropy.class, Reading.SIGMOID,
          HalfSquaredError.class, Reading.AS_THEY_ARE,
          Huber.class, Reading.AS_THEY_ARE);

  private final OnnxGraph graph;
  private final String value;

  private OutputOperators(OnnxGraph graph, String value) {
    this.graph = graph;
    this.value = value;
  }

  /**
   * Adds them.
   *
   * @param value the network's output
   * @param table whether inputs are a table's, whose numbers are doubles
   * @throws ModelException if it is not known how the loss reads outputs
   */
  static void emit(OnnxGraph graph, Loss loss, Targets targets, String value, boolean table) {
    Reading reading = READINGS.get(loss.getClass());
    if (reading == null) {
      throw new ModelException(
          "the loss %s cannot be exported to ONNX: it is not known there what it makes of outputs; export the model as safetensors"
              .formatted(loss.kind()));
    }
    OutputOperators operators = new OutputOperators(graph, value);
    if (targets instanceof Targets.Classes classes) {
      operators.classes(reading, classes.keys());
    } else {
      operators.values(reading, (Targets.Values) targets, table);
    }
  }

  private void classes(Reading reading, List<String> names) {
    String number = reading == Reading.SIGMOID ? positive() : largest();
    String texts = graph.texts("class_names", names);
    graph.last("Gather", LABEL, List.of(texts, number), integer("axis", 0));
    graph.output(
        PROBABILITIES,
        "of the classes, in the order of the metadata",
        DataType.FLOAT,
        names.size());
    graph.output(LABEL, "the name of the class", DataType.STRING);
  }

  private String largest() {
    graph.last("Softmax", PROBABILITIES, List.of(value), integer("axis", 1));
    return graph.node("ArgMax", PLACE, List.of(value), integer("axis", 1), integer("keepdims", 0));
  }

  /** One output, that of class 1. */
  private String positive() {
    String second = graph.node("Sigmoid", PLACE, List.of(value));
    String first = graph.node("Sub", PLACE, List.of(graph.scalar(PLACE + "/one", 1), second));
    graph.last("Concat", PROBABILITIES, List.of(first, second), integer("axis", 1));
    String above = graph.node("Greater", PLACE, List.of(value, graph.scalar(PLACE + "/zero", 0)));
    String number = graph.cast(PLACE, above, DataType.INT64);
    return graph.node("Squeeze", PLACE, List.of(number, graph.integers(PLACE + "/axes", 1)));
  }

  /** y * scale + offset, in double precision. */
  private void values(Reading reading, Targets.Values values, boolean table) {
    List<Targets.Value> targets = values.values();
    boolean exact = table || targets.stream().anyMatch(t -> t.scale() != 1 || t.offset() != 0);
    String read = reading == Reading.SIGMOID ? graph.node("Sigmoid", PLACE, List.of(value)) : value;
    if (!exact) {
      graph.last("Identity", PREDICTIONS, List.of(read));
    } else {
      double[] scales = targets.stream().mapToDouble(Targets.Value::scale).toArray();
      double[] offsets = targets.stream().mapToDouble(Targets.Value::offset).toArray();
      String scaled =
          graph.node(
              "Mul",
              PLACE,
              List.of(
                  graph.cast(PLACE, read, DataType.DOUBLE),
                  graph.doubles(PLACE + "/scale", scales)));
      graph.last("Add", PREDICTIONS, List.of(scaled, graph.doubles(PLACE + "/offset", offsets)));
    }
    graph.output(
        PREDICTIONS,
        "in the targets' own units, in the order of the metadata: "
            + String.join(", ", values.keys()),
        exact ? DataType.DOUBLE : DataType.FLOAT,
        targets.size());
  }
}
