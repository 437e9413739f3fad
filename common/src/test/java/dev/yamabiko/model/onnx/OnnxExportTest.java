package dev.yamabiko.model.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.ModelException;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerCall;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the file; what a runtime makes of it is another test's. */
class OnnxExportTest {

  private static final String REST = "\noptimizer = sgd, batch-size = 2, epochs = 1";

  private static final String IMAGES =
      """
      name = pictures
      data.train.idx { images = x.idx, labels = y.idx }
      model = [
        { residual { body = [ { conv2d { filters = 2, kernel = 3, padding = same } }, batch-norm ] } },
        gelu, flatten, { dropout { rate = 0.3 } }, { dense { units = 2 } }
      ]
      loss = softmax-cross-entropy"""
          + REST;

  private static final String SERIES =
      """
      name = series
      data.train.csv { path = x.csv, columns = [sky, Temp, wind], targets = [Temp], lags = 3,
        categorical = [sky], unknown-categories = zeros }
      model = [ { dense { units = 1 } } ], loss = huber"""
          + REST;

  private static final Map<String, String> SERIES_METADATA =
      Map.of(
          "input_shape", "[12]",
          "input_columns", "[\"sky\",\"Temp\",\"wind\"]",
          "input_scaling",
              "[{\"column\":\"sky\",\"categories\":[\"blue\",\"grey\"]},"
                  + "{\"column\":\"Temp\",\"offset\":11.5,\"scale\":4.25},"
                  + "{\"column\":\"wind\",\"offset\":0.1,\"scale\":1}]",
          "targets", "[{\"name\":\"Temp\",\"offset\":11.5,\"scale\":4.25}]");

  @TempDir private Path directory;

  /** A model as it is before training, from a file. */
  private TrainedModel model(String job, Map<String, String> metadata) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("format", "yamabiko");
    all.put("job", job);
    all.put("input_columns", "[]");
    all.put("input_scaling", "[]");
    all.putAll(metadata);
    Job parsed = JobFile.parse(job, "job.conf", directory, List.of());
    List<Integer> shape = new ArrayList<>();
    for (String size : all.get("input_shape").replaceAll("[\\[\\]]", "").split(",")) {
      shape.add(Integer.valueOf(size));
    }
    Network network = parsed.model().build(new Shape(shape));
    Path file = directory.resolve("model.safetensors");
    Safetensors.write(file, network, network.initialWeights(3), all);
    return TrainedModel.load(file);
  }

  private TrainedModel pictures() throws IOException {
    return model(IMAGES, Map.of("input_shape", "[2,4,5]", "classes", "[\"cat\",\"dog\"]"));
  }

  private TrainedModel series() throws IOException {
    return model(SERIES, SERIES_METADATA);
  }

  private ModelProto written(TrainedModel model) throws IOException {
    Path file = directory.resolve("model.onnx");
    OnnxExport.write(model, file);
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  /** "input uint8 [N, 1, 28, 28]". */
  private static String inWords(ValueInfoProto value) {
    TypeProto.Tensor type = value.getType().getTensorType();
    return "%s %s [%s]"
        .formatted(
            value.getName(),
            DataType.forNumber(type.getElemType()),
            type.getShape().getDimList().stream()
                .map(OnnxExportTest::inWords)
                .collect(Collectors.joining(", ")));
  }

  private static String inWords(Dimension dimension) {
    return dimension.hasDimParam()
        ? dimension.getDimParam()
        : Long.toString(dimension.getDimValue());
  }

  private static List<String> inputs(ModelProto model) {
    return model.getGraph().getInputList().stream().map(OnnxExportTest::inWords).toList();
  }

  private static List<String> outputs(ModelProto model) {
    return model.getGraph().getOutputList().stream().map(OnnxExportTest::inWords).toList();
  }

  private static Map<String, String> metadata(ModelProto model) {
    return model.getMetadataPropsList().stream()
        .collect(
            Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
  }

  @Test
  void shouldTakeImagesAndGiveClasses() throws IOException {
    TrainedModel model = pictures();
    ModelProto written = written(model);
    assertEquals(List.of("input UINT8 [N, 2, 4, 5]"), inputs(written));
    assertEquals(List.of("probabilities FLOAT [N, 2]", "label STRING [N]"), outputs(written));
    assertEquals(
        Map.of(
            "job_name", "pictures",
            "classes", "[\"cat\",\"dog\"]",
            "weights_sha256", WeightsHash.sha256(model.weights())),
        metadata(written));
    assertEquals("pictures", written.getGraph().getName());
  }

  @Test
  void shouldTakeATablesColumnsAndGiveItsTargets() throws IOException {
    TrainedModel model = series();
    ModelProto written = written(model);
    assertEquals(
        List.of("sky STRING [N, 3]", "Temp DOUBLE [N, 3]", "wind DOUBLE [N, 3]"), inputs(written));
    assertEquals(List.of("predictions DOUBLE [N, 1]"), outputs(written));
    assertEquals(
        Map.of(
            "job_name", "series",
            "targets", "[\"Temp\"]",
            "input_columns", "[\"sky\",\"Temp\",\"wind\"]",
            "weights_sha256", WeightsHash.sha256(model.weights())),
        metadata(written));
    assertEquals(
        "input/OneHotEncoder FLOAT [N, 3, 2]", inWords(written.getGraph().getValueInfo(0)));
    String column = written.getGraph().getInput(1).getDocString();
    assertTrue(column.contains("'Temp' of the 3 rows before"), column);
  }

  @Test
  void shouldNameTheOperatorSetsThatItUses() throws IOException {
    assertEquals(List.of(" 17"), operatorSets(written(pictures())));
    assertEquals(List.of(" 17", "ai.onnx.ml 3"), operatorSets(written(series())));
  }

  private static List<String> operatorSets(ModelProto model) {
    assertEquals(8, model.getIrVersion());
    return model.getOpsetImportList().stream()
        .map((OperatorSetIdProto set) -> set.getDomain() + " " + set.getVersion())
        .toList();
  }

  @Test
  void shouldUseEachValueAfterItIsMadeAndMakeNoneTwice() throws IOException {
    for (TrainedModel model : List.of(pictures(), series())) {
      ModelProto written = written(model);
      Set<String> known = new HashSet<>();
      for (ValueInfoProto input : written.getGraph().getInputList()) {
        assertTrue(known.add(input.getName()), input.getName());
      }
      for (TensorProto constant : written.getGraph().getInitializerList()) {
        assertTrue(known.add(constant.getName()), constant.getName());
      }
      for (NodeProto node : written.getGraph().getNodeList()) {
        assertTrue(known.containsAll(node.getInputList()), node.toString());
        node.getOutputList().forEach(output -> assertTrue(known.add(output), output));
      }
      for (ValueInfoProto output : written.getGraph().getOutputList()) {
        assertTrue(known.contains(output.getName()), output.getName());
      }
    }
  }

  @Test
  void shouldKeepWeightsUnderTheNamesOfTheModelFile() throws IOException {
    TrainedModel model = pictures();
    Map<String, TensorProto> constants =
        written(model).getGraph().getInitializerList().stream()
            .collect(Collectors.toMap(TensorProto::getName, tensor -> tensor));
    for (Network.Place place : model.network().places()) {
      TensorProto tensor = constants.get(place.name());
      float[] expected = new float[place.parameter().size()];
      System.arraycopy(model.weights(), place.offset(), expected, 0, expected.length);
      if (place.name().equals("0.body.0.weight")) {
        assertEquals(List.of(2L, 2L, 3L, 3L), tensor.getDimsList());
        // [channel, tap, filter] there, [filter, channel, tap] here.
        assertEquals(expected[5 * 2 + 1], floats(tensor)[18 + 5]);
      } else {
        assertArrayEquals(expected, floats(tensor), place.name());
      }
    }
    for (Network.BufferPlace place : model.network().bufferPlaces()) {
      assertEquals(place.buffer().size(), floats(constants.get(place.name())).length);
    }
  }

  private static float[] floats(TensorProto tensor) {
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[raw.remaining() / Float.BYTES];
    raw.asFloatBuffer().get(floats);
    return floats;
  }

  @Test
  void shouldGiveEqualBytesForEqualModels() throws IOException {
    for (int i = 0; i < 2; i++) {
      OnnxExport.write(pictures(), directory.resolve("pictures" + i));
      OnnxExport.write(series(), directory.resolve("series" + i));
    }
    for (String name : List.of("pictures", "series")) {
      assertEquals(
          -1, Files.mismatch(directory.resolve(name + 0), directory.resolve(name + 1)), name);
    }
  }

  @Test
  void shouldCallColumnsOtherwiseWhereTheirNamesAreTaken() throws IOException {
    ModelProto written =
        written(
            model(
                """
                name = names
                data.train.csv { path = x.csv, columns = [0, 1, 2, 3], label = 4 }
                model = [ { dense { units = 2 } } ], loss = softmax-cross-entropy"""
                    + REST,
                Map.of(
                    "input_shape", "[4]",
                    "input_columns", "[0,1,2,3]",
                    "input_scaling",
                        "[{\"column\":\"label\",\"offset\":1,\"scale\":2},"
                            + "{\"column\":\"x\",\"offset\":1,\"scale\":2},"
                            + "{\"column\":\"x\",\"offset\":1,\"scale\":2},"
                            + "{\"column\":\" \",\"offset\":1,\"scale\":2}]",
                    "classes", "[\"a\",\"b\"]")));
    assertEquals(
        List.of("label_2", "column 1", "column 2", "column"),
        written.getGraph().getInputList().stream().map(ValueInfoProto::getName).toList());
    assertEquals("[0,1,2,3]", metadata(written).get("input_columns"));
    assertEquals("label", written.getGraph().getOutput(1).getName());
  }

  /** A layer that is not Yamabiko's own. */
  private record Strange(Shape inputShape) implements Layer {
    @Override
    public String describe() {
      return "strange 3";
    }

    @Override
    public Shape outputShape() {
      return inputShape;
    }

    @Override
    public void forward(LayerCall call, float[] x, float[] y, float[] saved) {}

    @Override
    public void backward(
        LayerCall call,
        float[] x,
        float[] y,
        float[] saved,
        float[] g,
        float[] dx,
        float[] gradient) {}

    @Override
    public void reference(LayerCall call, double[] w, double[] x, double[] y) {}
  }

  @Test
  void shouldRefuseALayerThatItDoesNotKnow() throws IOException {
    TrainedModel known = series();
    LayerSpec strange =
        new LayerSpec() {
          @Override
          public String kind() {
            return "strange";
          }

          @Override
          public Layer build(Shape input) {
            return new Strange(input);
          }
        };
    List<LayerSpec> layers = new ArrayList<>(known.job().model().layers());
    layers.add(strange);
    Network network = Network.build(Shape.of(12), layers);
    TrainedModel model =
        new TrainedModel(known.file(), known.description(), network, known.weights());
    ModelException refused =
        assertThrows(ModelException.class, () -> OnnxExport.message(model, Long.MAX_VALUE));
    assertEquals(
        "layer 1 (strange 3) cannot be exported to ONNX: no operators are known for this kind of"
            + " layer; export the model as safetensors",
        refused.getMessage());
  }

  @Test
  void shouldRefuseAModelThatDoesNotFitTheFormat() throws IOException {
    TrainedModel model = pictures();
    int bytes = OnnxExport.message(model, Long.MAX_VALUE).getSerializedSize();
    ModelException refused =
        assertThrows(ModelException.class, () -> OnnxExport.message(model, bytes / 2));
    assertTrue(refused.getMessage().contains("2 GiB"), refused.getMessage());
  }
}
