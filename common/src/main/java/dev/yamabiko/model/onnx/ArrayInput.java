package dev.yamabiko.model.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.ModelInputs;
import java.util.List;

/**
 * The one input of a model that takes no table: {@code input}, of the shape of an example. Images
 * are the bytes that a decoder gives, of which the network sees x / 255; the numbers of other
 * arrays are multiplied by their scale.
 */
final class ArrayInput {

  private static final String NAME = "input";
  private static final float LARGEST_BYTE = 255;

  private ArrayInput() {}

  /**
   * Adds the input and its operators; returns what the network reads.
   *
   * @param pixels whether it is bytes, 0 to 255
   */
  static String emit(OnnxGraph graph, ModelInputs inputs, boolean pixels) {
    long[] dimensions = inputs.shape().dimensions().stream().mapToLong(d -> d).toArray();
    if (pixels) {
      String bytes = graph.input(NAME, "pixels from 0 to 255", DataType.UINT8, dimensions);
      return graph.node(
          "Div",
          NAME,
          List.of(
              graph.cast(NAME, bytes, DataType.FLOAT),
              graph.scalar(NAME + "/largest", LARGEST_BYTE)));
    }
    String numbers = graph.input(NAME, "numbers as in training", DataType.FLOAT, dimensions);
    return inputs.trainedOn() instanceof DataSource.Npy npy && npy.factor() != 1
        ? graph.node(
            "Mul", NAME, List.of(numbers, graph.scalar(NAME + "/scale", (float) npy.factor())))
        : numbers;
  }
}
