package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assumptions.abort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Test fixture: an exported model in ONNX Runtime, which knows nothing of Yamabiko. */
final class OnnxSession implements AutoCloseable {

  static final String NO_RUNTIME = "ONNX Runtime's native library cannot be loaded here";

  private final OrtEnvironment environment;
  private final OrtSession session;

  private OnnxSession(OrtEnvironment environment, OrtSession session) {
    this.environment = environment;
    this.session = session;
  }

  /** Whether the runtime's native library has a version for this machine. */
  static boolean canBeLoaded() {
    try {
      return OrtEnvironment.getEnvironment() != null;
    } catch (LinkageError e) {
      return false;
    }
  }

  /** Skips the test where the runtime's native library has no version for this machine. */
  static OnnxSession open(Path file) throws OrtException {
    OrtEnvironment environment = null;
    try {
      environment = OrtEnvironment.getEnvironment();
    } catch (LinkageError e) {
      abort(NO_RUNTIME + ": " + e);
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      return new OnnxSession(environment, environment.createSession(file.toString(), options));
    }
  }

  /** Names and types, in order. */
  Map<String, OnnxJavaType> inputs() throws OrtException {
    Map<String, OnnxJavaType> types = new LinkedHashMap<>();
    for (NodeInfo input : session.getInputInfo().values()) {
      types.put(input.getName(), ((TensorInfo) input.getInfo()).type);
    }
    return types;
  }

  Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /**
   * Arrays of the outputs by their names.
   *
   * @param batch arrays of the inputs by their names: float[], double[], byte[] or String[], with
   *     the shape of one example
   */
  Map<String, Object> run(int rows, Map<String, Object> batch, long... example)
      throws OrtException {
    long[] shape = new long[example.length + 1];
    shape[0] = rows;
    System.arraycopy(example, 0, shape, 1, example.length);
    List<OnnxTensor> tensors = new ArrayList<>();
    try {
      Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
      for (Map.Entry<String, Object> input : batch.entrySet()) {
        tensors.add(tensor(input.getValue(), shape));
        inputs.put(input.getKey(), tensors.get(tensors.size() - 1));
      }
      Map<String, Object> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(inputs)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.put(output.getKey(), output.getValue().getValue());
        }
      }
      return outputs;
    } finally {
      tensors.forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(Object values, long[] shape) throws OrtException {
    if (values instanceof float[] floats) {
      return OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), shape);
    } else if (values instanceof double[] doubles) {
      return OnnxTensor.createTensor(environment, DoubleBuffer.wrap(doubles), shape);
    } else if (values instanceof byte[] bytes) {
      return OnnxTensor.createTensor(
          environment, ByteBuffer.wrap(bytes), shape, OnnxJavaType.UINT8);
    }
    return OnnxTensor.createTensor(environment, (String[]) values, shape);
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
