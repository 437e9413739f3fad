package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.target;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NpyTest {

  private static final byte[] TWO_LABELS = Npy.bytes("|u1", "(2,)", Npy.of(0, 1));

  @TempDir private Path directory;

  private Path file(String name, byte[] content) {
    return Npy.write(directory, name, content);
  }

  private DataSource labelled(byte[] inputs, byte[] labels, double scale) {
    return new DataSource.Npy(
        file("x.npy", inputs), Optional.of(file("y.npy", labels)), Optional.empty(), scale);
  }

  private DataSource targeted(byte[] inputs, byte[] targets) {
    return new DataSource.Npy(
        file("x.npy", inputs), Optional.empty(), Optional.of(file("t.npy", targets)), 1);
  }

  private String error(byte[] inputs, byte[] labels) {
    DataSource source = labelled(inputs, labels, 1);
    return errorOf(() -> Loading.load(source)).replace(directory + "/", "");
  }

  private String inputError(byte[] inputs) {
    return error(inputs, TWO_LABELS);
  }

  private String headerError(String dict) {
    return inputError(Npy.withHeader(1, dict, new byte[8]));
  }

  /** 1.5 and -2 (or what comes nearest) in every type and order, bytes written out by hand. */
  @ParameterizedTest
  @CsvSource({
    "<f2, 003E00C0, 1.5, -2",
    ">f2, 3E00C000, 1.5, -2",
    "<f2, 0100FF7B, 5.9604645e-8, 65504",
    "<f4, 0000C03F000000C0, 1.5, -2",
    ">f4, 3FC00000C0000000, 1.5, -2",
    "<f8, 000000000000F83F00000000000000C0, 1.5, -2",
    ">f8, 3FF8000000000000C000000000000000, 1.5, -2",
    "|i1, 7FFE, 127, -2",
    "|u1, 7FFE, 127, 254",
    "<u1, 7FFE, 127, 254",
    "<i2, 2C01FEFF, 300, -2",
    ">i2, 012CFFFE, 300, -2",
    "<u2, 2C01FEFF, 300, 65534",
    ">u2, 012CFFFE, 300, 65534",
    "<i4, 2C010000FEFFFFFF, 300, -2",
    ">i4, 0000012CFFFFFFFE, 300, -2",
    "<u4, 2C01000000000080, 300, 2147483648",
    ">u4, 0000012C80000000, 300, 2147483648",
    "<i8, 2C01000000000000FEFFFFFFFFFFFFFF, 300, -2",
    ">i8, 000000000000012CFFFFFFFFFFFFFFFE, 300, -2",
    "<u8, 2C010000000000000000000000000080, 300, 9223372036854775808",
    ">u8, 000000000000012CFFFFFFFFFFFFFFFF, 300, 18446744073709551616",
    "|b1, 0001, 0, 1"
  })
  void shouldReadEveryTypeInBothOrders(String descr, String hex, float first, float second) {
    byte[] inputs = Npy.bytes(descr, "(2,)", HexFormat.of().parseHex(hex));
    LoadedData data = Loading.load(labelled(inputs, TWO_LABELS, 1));
    assertArrayEquals(new float[] {first, second}, inputs(data.train()));
  }

  @Test
  void shouldGiveExamplesTheShapeBehindTheFirstDimension() {
    byte[] elements = Npy.floats(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    Dataset data =
        Loading.load(labelled(Npy.bytes("<f4", "(2, 1, 2, 3)", elements), TWO_LABELS, 1)).train();
    assertEquals(Shape.of(1, 2, 3), data.inputShape());
    assertArrayEquals(new float[] {6, 7, 8, 9, 10, 11}, input(data, 1));
    Dataset flat =
        Loading.load(labelled(Npy.bytes("<f4", "(2,)", Npy.floats(3, 4)), TWO_LABELS, 1)).train();
    assertEquals(Shape.of(1), flat.inputShape());
  }

  @Test
  void shouldMultiplyInDoubleAndThenRound() {
    double scale = 0.00392156862745098;
    byte[] bytes = Npy.bytes("|u1", "(2, 2)", Npy.of(0, 255, 77, 128));
    Dataset images = Loading.load(labelled(bytes, TWO_LABELS, scale)).train();
    assertArrayEquals(new float[] {0, 1}, input(images, 0));
    assertArrayEquals(new float[] {(float) (77 * scale), (float) (128 * scale)}, input(images, 1));
    byte[] floats = Npy.bytes("<f4", "(2,)", Npy.floats(0.1f, 7));
    assertArrayEquals(
        new float[] {(float) ((double) 0.1f * 0.3), (float) (7 * 0.3)},
        inputs(Loading.load(labelled(floats, TWO_LABELS, 0.3)).train()));
  }

  @Test
  void shouldMultiplyAsInTrainingUnlessASourceSaysOtherwise() {
    byte[] bytes = Npy.bytes("|u1", "(2,)", Npy.of(10, 20));
    DataSource training = labelled(bytes, TWO_LABELS, 0.5);
    Optional<Path> labels = Optional.of(directory.resolve("y.npy"));
    DataSource silent =
        new DataSource.Npy(
            directory.resolve("x.npy"), labels, Optional.empty(), OptionalDouble.empty());
    DataSource own = labelled(bytes, TWO_LABELS, 0.1);
    assertArrayEquals(new float[] {10, 20}, inputs(Loading.load(silent).train()));
    assertArrayEquals(new float[] {5, 10}, validatedBy(training, silent));
    assertArrayEquals(new float[] {1, 2}, validatedBy(training, own));
    assertArrayEquals(new float[] {10, 20}, validatedBy(silent, silent));
    assertArrayEquals(new float[] {5, 10}, seenByModelOf(training, silent));
    assertArrayEquals(new float[] {1, 2}, seenByModelOf(training, own));
    DataSource points = new DataSource.Builtin("spirals", 4, 1);
    assertArrayEquals(new float[] {10, 20}, seenByModelOf(points, silent));
  }

  private static float[] validatedBy(DataSource training, DataSource validation) {
    return inputs(Loading.validate(training, validation).validation().orElseThrow());
  }

  private static float[] seenByModelOf(DataSource training, DataSource data) {
    return inputs(seenByModelOf(training, data, notice -> {}));
  }

  private static Dataset seenByModelOf(
      DataSource training, DataSource data, Consumer<String> notices) {
    Targets known = Targets.Classes.numbered(2);
    return DataLoader.loadForModel(data, modelOf(training), known, notices);
  }

  private static ModelInputs modelOf(DataSource training) {
    LoadedData trained = Loading.load(training);
    return new ModelInputs(
        training, Shape.of(1), trained.inputType(), trained.columns(), trained.scaling());
  }

  /** Floats that go from 0 to 1 already would be multiplied by a byte's scale in silence. */
  @Test
  void shouldSayWhereDataOfAnotherTypeTakesTheScaleOfTheTrainingData() throws IOException {
    DataSource training = labelled(Npy.bytes("|u1", "(2,)", Npy.of(10, 20)), TWO_LABELS, 0.5);
    Optional<Path> labels = Optional.of(directory.resolve("y.npy"));
    Path file = Files.write(directory.resolve("f.npy"), Npy.bytes("<f4", "(2,)", Npy.floats(1, 0)));
    DataSource silent = new DataSource.Npy(file, labels, Optional.empty(), OptionalDouble.empty());
    List<String> notice =
        List.of(
            file
                + ": holds f4 where the training data held u1; its numbers are multiplied by that"
                + " data's scale, 0.5, all the same");
    assertEquals(notice, Loading.validate(training, silent).notes());
    List<String> heard = new ArrayList<>();
    seenByModelOf(training, silent, heard::add);
    assertEquals(notice, heard);
    assertEquals(notice, modelOf(training).notice(file).stream().toList());

    DataSource own = new DataSource.Npy(file, labels, Optional.empty(), 0.5);
    assertEquals(List.of(), Loading.validate(training, own).notes());
    assertEquals(List.of(), Loading.validate(silent, training).notes());
    assertEquals(Optional.empty(), modelOf(training).notice(directory.resolve("x.npy")));
    Files.write(directory.resolve("d.npy"), Npy.bytes("<f8", "(2,)", new byte[16]));
    assertEquals(Optional.empty(), modelOf(own).notice(directory.resolve("d.npy")));
  }

  @Test
  void shouldNumberClassesUpToTheLargestOfTheTrainingPart() {
    byte[] inputs = Npy.bytes("<f4", "(3,)", Npy.floats(1, 2, 3));
    byte[] labels = Npy.bytes("<i2", "(3, 1)", Npy.of(4, 0, 0, 0, 2, 0));
    LoadedData data =
        Loading.holdOut(labelled(inputs, labels, 1), 0.34, DataSpec.Split.CHRONOLOGICAL);
    assertEquals(Targets.Classes.numbered(5), data.train().targets());
    assertArrayEquals(new float[] {4, 0}, targets(data.train()));
    assertArrayEquals(new float[] {2}, targets(data.validation().orElseThrow()));
    byte[] last = Npy.bytes("|u1", "(3,)", Npy.of(0, 1, 2));
    assertEquals(
        "y.npy, example 2: class '2' does not occur in the training part, whose classes are '0',"
            + " '1'",
        errorOf(
                () ->
                    Loading.holdOut(labelled(inputs, last, 1), 0.34, DataSpec.Split.CHRONOLOGICAL))
            .replace(directory + "/", ""));
  }

  @Test
  void shouldTakeTruthValuesForTwoClasses() {
    byte[] inputs = Npy.bytes("<f4", "(3,)", Npy.floats(1, 2, 3));
    byte[] labels = Npy.bytes("|b1", "(3,)", Npy.of(1, 0, 1));
    Dataset data = Loading.load(labelled(inputs, labels, 1)).train();
    assertEquals(Targets.Classes.numbered(2), data.targets());
    assertArrayEquals(new float[] {1, 0, 1}, targets(data));
  }

  /** Next to the middle between two doubles: rounded twice, it would be the lower one. */
  @Test
  void shouldRoundLargeUnsignedNumbersOnce() {
    byte[] middle = Npy.of(0x01, 0x04, 0, 0, 0, 0, 0, 0x80);
    assertEquals(
        0x1.0000000000001p63,
        ElementType.U8.read(ByteBuffer.wrap(middle).order(ByteOrder.LITTLE_ENDIAN), 0));
  }

  @Test
  void shouldNameTargetsByTheirPlace() {
    byte[] inputs = Npy.bytes("|u1", "(2,)", Npy.of(1, 2));
    Dataset one =
        Loading.load(targeted(inputs, Npy.bytes("<f4", "(2, 1)", Npy.floats(5, 6)))).train();
    assertEquals(new Targets.Values(List.of(Targets.Value.plain("target"))), one.targets());
    assertArrayEquals(new float[] {5, 6}, targets(one));
    byte[] pairs = Npy.bytes("<f4", "(2, 2)", Npy.floats(5, 6, 7, 8));
    Dataset two = Loading.load(targeted(inputs, pairs)).train();
    assertEquals(
        new Targets.Values(
            List.of(Targets.Value.plain("target 0"), Targets.Value.plain("target 1"))),
        two.targets());
    assertArrayEquals(new float[] {7, 8}, target(two, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "1 ; {'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }",
        "2 ; {'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }",
        "3 ; {'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }",
        "1 ; {\"shape\":(2,4),\"fortran_order\":False,\"descr\":\"|u1\"}",
        "1 ; { 'shape' : ( 2L , 4L , ) , 'descr' : '|u1' , 'fortran_order' : False }"
      })
  void shouldReadEveryVersionAndWayToWriteTheHeader(int version, String dict) {
    byte[] inputs = Npy.withHeader(version, dict, Npy.of(0, 1, 2, 3, 4, 5, 6, 7));
    Dataset data = Loading.load(labelled(inputs, TWO_LABELS, 1)).train();
    assertArrayEquals(new float[] {4, 5, 6, 7}, input(data, 1));
  }

  @Test
  void shouldReadFortranOrder() {
    // Of index (i, j, k) the number is 6 i + 3 j + k, and i changes fastest.
    int[] numbers = {0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11};
    byte[] elements = new byte[2 * numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      elements[2 * i + 1] = (byte) numbers[i];
    }
    String dict = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2, 3)}";
    LoadedData data = Loading.load(labelled(Npy.withHeader(1, dict, elements), TWO_LABELS, 1));
    assertEquals(Shape.of(2, 3), data.train().inputShape());
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, input(data.train(), 0));
    assertArrayEquals(new float[] {6, 7, 8, 9, 10, 11}, input(data.train(), 1));

    String column = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 1)}";
    byte[] bytes = Npy.withHeader(1, column, Npy.of(3, 4));
    assertArrayEquals(
        new float[] {3, 4}, inputs(Loading.load(labelled(bytes, TWO_LABELS, 1)).train()));
    assertEquals(
        "x.npy, example 1, position [0]: expected a finite number but found NaN",
        inputError(
            Npy.withHeader(
                1,
                "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}",
                Npy.floats(0, Float.NaN, 0, 0))));
  }

  @Test
  void shouldSayWhatToDoWithArchives() {
    assertEquals(
        "x.npy: expected one array in a .npy file but found an archive; .npz is not supported,"
            + " save each array with numpy.save",
        inputError("PK\u0003\u0004 and so on".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void shouldShowTheBytesWhenTheMagicOrTheVersionIsWrong() {
    assertEquals(
        "x.npy, byte 0: expected a .npy file (93 4E 55 4D 50 59) but found the bytes 31 2C 32",
        inputError("1,2".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(
        "x.npy, byte 0: expected a .npy file (93 4E 55 4D 50 59) but found an empty file",
        inputError(new byte[0]));
    byte[] later = TWO_LABELS.clone();
    later[6] = 4;
    assertEquals(
        "x.npy, byte 6: expected format version 1.0, 2.0 or 3.0 but found 4.0", inputError(later));
  }

  @Test
  void shouldNameExpectedAndFoundBytesWhenCutOrTooLong() {
    byte[] whole = Npy.bytes("<f4", "(2, 3)", new byte[24]);
    assertEquals(
        "x.npy is truncated: the header says 2 x 3 of f4 = 24 bytes of data after byte 128 but"
            + " found 20",
        inputError(Arrays.copyOf(whole, whole.length - 4)));
    assertEquals(
        "x.npy: the header says 2 x 3 of f4 = 24 bytes of data after byte 128 but 5 bytes more"
            + " follow",
        inputError(Arrays.copyOf(whole, whole.length + 5)));
    assertEquals(
        "x.npy: the header is truncated; expected 128 bytes but found 90",
        inputError(Arrays.copyOf(whole, 90)));
    assertEquals(
        "x.npy: the header is truncated; expected 10 bytes but found 9",
        inputError(Arrays.copyOf(whole, 9)));
    byte[] endless = Npy.withHeader(2, "{}");
    endless[10] = 1;
    assertEquals(
        "x.npy, byte 8: expected a header of at most 65536 bytes but found a length of 65588",
        inputError(endless));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "[] ; byte 10: expected { in the header but found '[] ",
        "{'descr': 'f4' ; byte 64: expected } in the header but found its end",
        "{'descr': __import__('os') ; byte 20: expected a string in quotes in the header but found"
            + " '__import__('",
        "{'a': 1} ; byte 11: expected each of descr, fortran_order, shape once in the header but"
            + " found ''a': 1}",
        "{'shape': (1,), 'shape': (1,)} ; byte 26: expected each of descr, fortran_order, shape"
            + " once in the header but found ''shape': (1",
        "{'shape': (1,)} ; expected each of descr, fortran_order, shape once",
        "{'shape': (1)} ; expected a comma, as in (3,), in the header but found ')}",
        "{'shape': (-1,)} ; expected a dimension in the header but found '-1,)}",
        "{'shape': (1, 2} ; expected ) in the header but found '}",
        "{'fortran_order': 0} ; expected True or False in the header but found '0}",
        "{'descr': [('a', '<f4')]} ; expected one dtype for all elements, not a structured one,",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4)} x ; expected nothing but blanks"
      })
  void shouldSayWhereTheHeaderIsWrong(String dict, String message) {
    String error = headerError(dict);
    assertTrue(error.startsWith("x.npy, byte ") && error.contains(message), error);
  }

  @ParameterizedTest
  @CsvSource({"<c8", "|O", "<U3", "<f16", "f4", "=f4", "<u16", "|S1", "<M8[s]"})
  void shouldNameTheTypesWhenOneIsNotSupported(String descr) {
    assertEquals(
        "x.npy: expected a dtype of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1, as '<f4', but found"
            + " '"
            + descr
            + "'",
        inputError(Npy.bytes(descr, "(2,)", new byte[8])));
  }

  @Test
  void shouldWantAByteOrderForMoreThanOneByte() {
    assertEquals(
        "x.npy: expected a byte order, < or >, before f4 but found |",
        inputError(Npy.bytes("|f4", "(2,)", new byte[8])));
  }

  @Test
  void shouldRefuseAbsurdShapes() {
    assertEquals(
        "x.npy: expected an array of at least one dimension, that of examples, but found ()",
        inputError(Npy.bytes("<f4", "()", new byte[4])));
    assertEquals(
        "x.npy: expected dimensions from 1 to 2147483639 but found the shape (2, 0)",
        inputError(Npy.bytes("<f4", "(2, 0)")));
    assertEquals(
        "x.npy: expected dimensions from 1 to 2147483639 but found the shape"
            + " (99999999999999999999999)",
        inputError(Npy.bytes("<f4", "(99999999999999999999999,)")));
    assertEquals(
        "x.npy: expected examples of at most 2147483639 values but found the shape (2, 65536,"
            + " 65536)",
        inputError(Npy.bytes("<f4", "(2, 65536, 65536)")));
    assertEquals(
        "x.npy: the shape (2147483639, 2147483639) is larger than any file can be",
        inputError(Npy.bytes("<f8", "(2147483639, 2147483639)")));
    assertEquals(
        "x.npy is truncated: the header says 2000000000 x 1000 of f4 = 8000000000000 bytes of data"
            + " after byte 128 but found 3",
        inputError(Npy.bytes("<f4", "(2000000000, 1000)", new byte[3])));
  }

  @Test
  void shouldNameFileExampleAndPositionOfWhatIsNotFinite() {
    byte[] nan =
        Npy.bytes("<f4", "(2, 2, 3)", Npy.floats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Float.NaN, 0));
    assertEquals(
        "x.npy, example 1, position [1, 1]: expected a finite number but found NaN",
        inputError(nan));
    byte[] infinite = Npy.bytes("<f4", "(2,)", Npy.floats(1, Float.NEGATIVE_INFINITY));
    assertEquals(
        "x.npy, example 1: expected a finite number but found -Infinity", inputError(infinite));
    DataSource source = targeted(TWO_LABELS, infinite);
    assertEquals(
        directory + "/t.npy, example 1: expected a finite number but found -Infinity",
        errorOf(() -> Loading.load(source)));
    DataSource large = labelled(Npy.bytes("<f4", "(2,)", Npy.floats(1, 1e30f)), TWO_LABELS, 1e10);
    assertEquals(
        directory
            + "/x.npy, example 1: expected a number that, scaled, fits 32-bit floats but found "
            + (double) 1e30f,
        errorOf(() -> Loading.load(large)));
  }

  @Test
  void shouldSayWhatLabelsAndTargetsMustBe() {
    byte[] inputs = Npy.bytes("|u1", "(2,)", Npy.of(1, 2));
    assertEquals(
        "y.npy, example 1: expected a class from 0 to 1048575 but found -3",
        error(inputs, Npy.bytes("|i1", "(2,)", Npy.of(0, -3))));
    assertEquals(
        "y.npy, example 0: expected a class from 0 to 1048575 but found 4294967295",
        error(inputs, Npy.bytes("<u4", "(2,)", Npy.of(-1, -1, -1, -1, 0, 0, 0, 0))));
    assertEquals(
        "y.npy, example 1: expected a class from 0 to 1048575 but found 9223372036854775808",
        error(
            inputs,
            Npy.bytes("<u8", "(2,)", Npy.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128))));
    assertEquals(
        "y.npy: expected labels of an integer dtype but found f4; real values are targets",
        error(inputs, Npy.bytes("<f4", "(2,)", Npy.floats(0, 1))));
    assertEquals(
        "y.npy: expected one label per example, a shape of (n,) or (n, 1), but found (2, 2)",
        error(inputs, Npy.bytes("|u1", "(2, 2)", new byte[4])));
    DataSource deep = targeted(inputs, Npy.bytes("|u1", "(2, 1, 1)", new byte[2]));
    assertEquals(
        directory + "/t.npy: expected targets of shape (n,) or (n, k) but found (2, 1, 1)",
        errorOf(() -> Loading.load(deep)));
    assertEquals(
        "x.npy holds 2 examples but y.npy holds 3 labels; expected as many labels as examples",
        error(inputs, Npy.bytes("|u1", "(3,)", new byte[3])));
  }
}
