package dev.yamabiko.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.yamabiko.nn.Buffer;
import dev.yamabiko.nn.Node;
import dev.yamabiko.nn.Parameter;
import java.util.List;

/**
 * Where a layer's operators go, and what they take.
 *
 * @param weights the network's flat vector
 * @param input the value that the layer reads
 */
record LayerPlace(OnnxGraph graph, Node node, float[] weights, String input) {

  /** What the names of its nodes begin with. */
  String name() {
    return "layer" + node.name();
  }

  String node(String operator, List<String> inputs, AttributeProto... attributes) {
    return graph.node(operator, name(), inputs, attributes);
  }

  /** An operator on the layer's input alone. */
  String node(String operator, AttributeProto... attributes) {
    return node(operator, List.of(input), attributes);
  }

  /** Where the layer's parameter of this number begins in the flat vector. */
  int offset(int number) {
    List<Parameter> before = node.layer().parameters().subList(0, number);
    return node.offset() + before.stream().mapToInt(Parameter::size).sum();
  }

  /** The layer's parameter of this number as it is, under the name that model files have for it. */
  String parameter(int number) {
    Parameter p = node.layer().parameters().get(number);
    return constant(p.name(), offset(number), p.shape().dimensions());
  }

  /** The layer's buffer of this number, likewise. */
  String buffer(int number) {
    List<Buffer> buffers = node.layer().buffers();
    int before = buffers.subList(0, number).stream().mapToInt(Buffer::size).sum();
    Buffer b = buffers.get(number);
    return constant(b.name(), node.bufferOffset() + before, b.shape().dimensions());
  }

  private String constant(String name, int from, List<Integer> dimensions) {
    return graph.floats(
        node.name() + "." + name, weights, from, dimensions.stream().mapToLong(d -> d).toArray());
  }
}
