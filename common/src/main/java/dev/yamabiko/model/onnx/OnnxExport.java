package dev.yamabiko.model.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.yamabiko.data.InputForm;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.ModelMetadata;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a trained model as an ONNX file: one graph from inputs as users have them, the cells of a
 * table or the bytes of an image, to class names and probabilities or values in the targets' own
 * units. Equal models give equal bytes.
 *
 * <pre>
 *   inputs   of a table, one for each column: float64 or string [N, 1], with lags [N, lags];
 *            else "input": uint8 [N, channels, height, width] for images, float32 for arrays
 *   outputs  "probabilities" float32 [N, classes] and "label" string [N];
 *            or "predictions" [N, targets], float64 for a table, else float32
 * </pre>
 *
 * <p>Metadata, as strings: {@code job_name}; {@code classes} or {@code targets}, their names as a
 * JSON list in the order of the outputs; {@code input_columns} of a table, in the order of the
 * inputs, by name or index; {@code weights_sha256} as in {@code result.json}.
 *
 * <p>The format is <a href="https://onnx.ai/onnx/repo-docs/IR.html">ONNX IR</a> version 8 with
 * operator set 17, the first one with layer normalisation.
 */
public final class OnnxExport {

  private static final int IR_VERSION = 8;
  private static final int OPERATORS = 17;
  private static final int ML_OPERATORS = 3;

  /** Protobuf's limit for one message, less what names and types may take. */
  private static final long MOST_BYTES = Integer.MAX_VALUE - (1L << 24);

  private OnnxExport() {}

  /**
   * Writes the file, whose content may be incomplete after a failure.
   *
   * @throws ModelException if the model holds a layer or a loss that has no counterpart in ONNX, or
   *     takes more than the 2 GiB that fit a file
   */
  public static void write(TrainedModel model, Path file) throws IOException {
    ModelProto message = message(model, MOST_BYTES);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      message.writeTo(out);
    }
  }

  /**
   * @param most bytes that the graph may take
   */
  static ModelProto message(TrainedModel model, long most) {
    String description = "%s, trained by yamabiko".formatted(model.job().name());
    OnnxGraph graph = new OnnxGraph(model.job().name(), description, OutputOperators.NAMES, most);
    InputForm form = model.inputs().form();
    String read = read(graph, model.inputs(), form);
    String output = LayerOperators.emit(graph, model.network(), model.weights(), read);
    OutputOperators.emit(
        graph, model.job().loss(), model.targets(), output, form instanceof InputForm.Table);
    ModelProto.Builder message =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("yamabiko")
            .setDocString(description)
            .setGraph(graph.build());
    message.addOpsetImportBuilder().setDomain("").setVersion(OPERATORS);
    if (graph.usesMl()) {
      message.addOpsetImportBuilder().setDomain(OnnxGraph.ML).setVersion(ML_OPERATORS);
    }
    metadata(model)
        .forEach(
            (key, value) ->
                message.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return message.build();
  }

  private static String read(OnnxGraph graph, ModelInputs inputs, InputForm form) {
    if (form instanceof InputForm.Table table) {
      return TableInputs.emit(graph, inputs, table);
    }
    boolean pixels =
        form instanceof InputForm.Image image
            ? image.pixels()
            : ((InputForm.Numbers) form).pixels();
    return ArrayInput.emit(graph, inputs, pixels);
  }

  private static Map<String, String> metadata(TrainedModel model) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("job_name", model.job().name());
    metadata.put(
        model.targets() instanceof Targets.Classes ? "classes" : "targets",
        CanonicalJson.of(model.targets().keys()));
    if (!model.columns().isEmpty()) {
      metadata.put(
          "input_columns",
          CanonicalJson.of(model.columns().stream().map(ModelMetadata::key).toList()));
    }
    metadata.put("weights_sha256", WeightsHash.sha256(model.weights()));
    return metadata;
  }
}
