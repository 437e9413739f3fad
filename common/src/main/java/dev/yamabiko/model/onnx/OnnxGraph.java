package dev.yamabiko.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.yamabiko.model.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A graph while it is built: inputs, constants, nodes in the order in which they are computed, and
 * outputs. What one node makes, others take by its name; no two values have one name. A node makes
 * one value here, and is called as that is.
 */
final class OnnxGraph {

  /** The first dimension of inputs and outputs: a batch may have any size. */
  static final String BATCH = "N";

  /** What operators on categories belong to. */
  static final String ML = "ai.onnx.ml";

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> names = new HashSet<>();
  private final Set<String> domains = new HashSet<>();
  private final long most;
  private long bytes;

  /**
   * @param outputs their names, so that nothing else is called so
   * @param most bytes that the graph may take
   */
  OnnxGraph(String name, String description, List<String> outputs, long most) {
    this.most = most;
    graph.setName(name).setDocString(description);
    names.addAll(outputs);
  }

  /** A batch of tensors of these dimensions; its name is this one, or like it if that is taken. */
  String input(String name, String description, DataType type, long... dimensions) {
    String own = unused(name);
    graph.addInput(value(own, description, type, dimensions));
    return own;
  }

  /** A batch of tensors of these dimensions that the last {@link #last} makes. */
  void output(String name, String description, DataType type, long... dimensions) {
    graph.addOutput(value(name, description, type, dimensions));
  }

  private ValueInfoProto value(String name, String description, DataType type, long... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam(BATCH);
    for (long dimension : dimensions) {
      shape.addDimBuilder().setDimValue(dimension);
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setDocString(description)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** A constant, as the others that follow; without dimensions a single float. */
  String floats(String name, float[] values, int from, long... dimensions) {
    int count = Math.toIntExact(LongStream.of(dimensions).reduce(1, Math::multiplyExact));
    reserve((long) count * Float.BYTES);
    ByteBuffer raw = littleEndian(count * Float.BYTES);
    raw.asFloatBuffer().put(values, from, count);
    return constant(name, DataType.FLOAT, raw, dimensions);
  }

  String scalar(String name, float value) {
    return floats(name, new float[] {value}, 0);
  }

  String doubles(String name, double... values) {
    reserve((long) values.length * Double.BYTES);
    ByteBuffer raw = littleEndian(values.length * Double.BYTES);
    raw.asDoubleBuffer().put(values);
    return constant(name, DataType.DOUBLE, raw, values.length);
  }

  String integers(String name, long... values) {
    ByteBuffer raw = littleEndian(values.length * Long.BYTES);
    raw.asLongBuffer().put(values);
    return constant(name, DataType.INT64, raw, values.length);
  }

  String texts(String name, List<String> values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().addDims(values.size()).setDataType(DataType.STRING.getNumber());
    for (String value : values) {
      reserve(value.getBytes(StandardCharsets.UTF_8).length);
      tensor.addStringData(ByteString.copyFromUtf8(value));
    }
    return constant(name, tensor);
  }

  private String constant(String name, DataType type, ByteBuffer raw, long... dimensions) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(type.getNumber());
    LongStream.of(dimensions).forEach(tensor::addDims);
    // Nobody writes into the buffer any more.
    return constant(name, tensor.setRawData(UnsafeByteOperations.unsafeWrap(raw)));
  }

  private String constant(String name, TensorProto.Builder tensor) {
    String own = unused(name);
    graph.addInitializer(tensor.setName(own));
    return own;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * An operator on values.
   *
   * @param place what it belongs to, the beginning of its name
   */
  String node(String operator, String place, List<String> inputs, AttributeProto... attributes) {
    return add("", operator, unused(place + "/" + operator), inputs, attributes);
  }

  /** An operator of {@link #ML}. */
  String mlNode(String operator, String place, List<String> inputs, AttributeProto... attributes) {
    return add(ML, operator, unused(place + "/" + operator), inputs, attributes);
  }

  /** The operator that makes an output. */
  void last(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    add("", operator, output, inputs, attributes);
  }

  /** Says what a node makes, where not every tool can find that out. */
  void describe(String value, DataType type, long... dimensions) {
    graph.addValueInfo(value(value, "", type, dimensions));
  }

  /** The values as another type. */
  String cast(String place, String value, DataType to) {
    return node("Cast", place, List.of(value), Attributes.integer("to", to.getNumber()));
  }

  private String add(
      String domain,
      String operator,
      String name,
      List<String> inputs,
      AttributeProto... attributes) {
    NodeProto node =
        NodeProto.newBuilder()
            .setName(name)
            .setOpType(operator)
            .setDomain(domain)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(Arrays.asList(attributes))
            .build();
    reserve(node.getSerializedSize());
    domains.add(domain);
    graph.addNode(node);
    return name;
  }

  private String unused(String name) {
    String own = name;
    for (int i = 2; !names.add(own); i++) {
      own = name + "_" + i;
    }
    return own;
  }

  private void reserve(long count) {
    bytes += count;
    if (bytes > most) {
      throw new ModelException(
          "the model cannot be exported to ONNX: expected one that fits a file of 2 GiB, the most"
              + " that the format allows, but it takes more; export it as safetensors");
    }
  }

  /** Whether there is an operator of {@link #ML}. */
  boolean usesMl() {
    return domains.contains(ML);
  }

  GraphProto build() {
    return graph.build();
  }
}
