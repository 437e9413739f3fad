package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.model.CanonicalJson;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the models of ended jobs say to a request has the digits of what they say of files. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PredictionRoutesTest {

  private static final String END =
      ", loss = softmax-cross-entropy, optimizer = sgd, batch-size = 4, shards = 1, epochs = 1\n";

  private static final String TRIPS =
      """
      data.train.csv { path = trips.csv, label = mode, categorical = [day] }
      model = [ { dense { units = 3 } } ]""";

  private static final String DIGITS =
      """
      data.train.builtin { name = digits, examples = 20 }
      model = [ { conv2d { filters = 2, kernel = 3 } }, relu, flatten, { dense { units = 10 } } ]""";

  private static final String SERIES =
      """
      data.train.csv { path = series.csv, targets = [Temp], lags = 3 }
      model = [ { dense { units = 1 } } ], loss = half-squared-error
      optimizer = sgd, batch-size = 4, shards = 1, epochs = 1
      """;

  @TempDir private static Path directory;
  private Api api;
  private EndedJob trips;
  private EndedJob digits;
  private EndedJob series;

  @BeforeAll
  void start() throws IOException {
    api = new Api(directory, List.of(), 1 << 20);
    StringBuilder table = new StringBuilder("temp,day,mode\n");
    for (int i = 0; i < 12; i++) {
      String day = List.of("mon", "sat", "sun").get(i % 3);
      table.append(i * 1.5 - 3).append(',').append(day).append(",m").append(i % 3).append('\n');
    }
    Files.writeString(directory.resolve("trips.csv"), table);
    Files.writeString(directory.resolve("series.csv"), "Temp\n10.1\n11.7\n9.3\n12.9\n8\n7.1\n");
    trips = EndedJob.of(api, directory, "trips-1", TRIPS + END);
    digits = EndedJob.of(api, directory, "digits-2", DIGITS + END);
    series = EndedJob.of(api, directory, "series-3", SERIES);
  }

  @AfterAll
  void end() {
    api.close();
  }

  private HttpResponse<String> predict(EndedJob job, String body) throws Exception {
    return api.post(job.path("predict"), body);
  }

  private HttpResponse<String> predict(EndedJob job, String type, byte[] body) throws Exception {
    return api.send(
        api.request(job.path("predict"))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  /** Of a request whose body comes later, or never. */
  private static String head(EndedJob job, long bytes) {
    return "POST %s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n"
        .formatted(job.path("predict"), bytes);
  }

  private static byte[] png(int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    Random random = new Random(3);
    for (int i = 0; i < width * height; i++) {
      image.getRaster().setSample(i % width, i / width, 0, random.nextInt(256));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(image, "png", file);
    return file.toByteArray();
  }

  // --- What is said -----------------------------------------------------------------------------

  @Test
  void shouldSayOfRowsWhatPredictSaysOfTheirTable() throws Exception {
    List<String> expected =
        trips.predictions((inputs, to) -> inputs.read(directory.resolve("trips.csv"), to));
    String rows =
        Files.readAllLines(directory.resolve("trips.csv")).stream()
            .skip(1)
            .map(line -> line.split(","))
            .map(cells -> "{\"temp\":%s,\"day\":\"%s\"}".formatted(cells[0], cells[1]))
            .collect(Collectors.joining(","));
    HttpResponse<String> answer = predict(trips, "{\"rows\":[%s]}".formatted(rows));
    assertEquals(trips.answer(expected), answer.body());
    assertEquals("application/json", answer.headers().firstValue("Content-Type").orElseThrow());
  }

  @Test
  void shouldForecastTheRowBehindTheLastOnes() throws Exception {
    Files.writeString(
        directory.resolve("more.csv"), Files.readString(directory.resolve("series.csv")) + "?\n");
    List<String> expected =
        series.predictions((inputs, to) -> inputs.read(directory.resolve("more.csv"), to));
    assertEquals(4, expected.size());
    String rows =
        "{\"rows\":[{\"Temp\":10.1},{\"Temp\":11.7},{\"Temp\":9.3},{\"Temp\":12.9},{\"Temp\":8},{\"Temp\":\"7.1\"}]}";
    assertEquals(series.answer(expected), predict(series, rows).body());
  }

  @Test
  void shouldSayOfPixelsAndOfAnImageWhatPredictSaysOfItsFile() throws Exception {
    byte[] image = png(28, 28);
    Path file = Files.write(directory.resolve("new.png"), image);
    String expected = digits.answer(digits.predictions((inputs, to) -> inputs.read(file, to)));
    assertEquals(expected, predict(digits, "image/png", image).body());
    // As curl sends it by itself.
    assertEquals(expected, predict(digits, "application/x-www-form-urlencoded", image).body());
    BufferedImage decoded = ImageIO.read(file.toFile());
    int[] pixels = decoded.getRaster().getPixels(0, 0, 28, 28, (int[]) null);
    String flat = Arrays.toString(pixels);
    String nested =
        IntStream.range(0, 28)
            .mapToObj(y -> Arrays.toString(Arrays.copyOfRange(pixels, 28 * y, 28 * y + 28)))
            .collect(Collectors.joining(",", "[", "]"));
    for (String input : List.of(flat, nested, "[" + nested + "]")) {
      assertEquals(expected, predict(digits, "{\"inputs\":[%s]}".formatted(input)).body());
    }
  }

  @Test
  void shouldSayWhatAFormNeeds() throws Exception {
    String sha256 = digits.answer(List.of()).replaceAll(".*\"([0-9a-f]{64})\".*\n", "$1");
    assertEquals(
        ("{\"kind\":\"image\",\"shape\":[1,28,28],\"columns\":null,\"lags\":null,\"resized\":false,\"pixels\":true,"
                + "\"classes\":[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"],\"targets\":null,\"weights_sha256\":\"%s\"}\n")
            .formatted(sha256),
        api.get(digits.path("inputs")).body());
    var table = CanonicalJson.object(api.get(trips.path("inputs")).body());
    assertEquals(List.of("m0", "m1", "m2"), table.get("classes"));
    assertEquals(0, table.get("lags"));
    assertEquals(
        "[{name=temp, type=number, categories=null, typical=5.25}, {name=day, type=category, categories=[mon, sat, sun], typical=null}]",
        table.get("columns").toString());
    var forecast = CanonicalJson.object(api.get(series.path("inputs")).body());
    assertEquals(3, forecast.get("lags"));
    assertEquals(List.of("Temp"), forecast.get("targets"));
  }

  /** Its weights are hashed once: a change that the file system does not show is not seen. */
  @Test
  void shouldReadAModelOnceToSayWhatItTakes() throws Exception {
    EndedJob job = EndedJob.of(api, directory, "once-6", TRIPS + END);
    String first = api.get(job.path("inputs")).body();
    Path model = job.directory().resolve("model.safetensors");
    FileTime modified = Files.getLastModifiedTime(model);
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length - 1] ^= 1;
    Files.write(model, bytes);
    Files.setLastModifiedTime(model, modified);
    assertEquals(first, api.get(job.path("inputs")).body());
    Files.setLastModifiedTime(model, FileTime.fromMillis(modified.toMillis() + 1000));
    Api.problem(507, api.get(job.path("inputs")));
  }

  /** A job that is resumed has another model when it ends again. */
  @Test
  void shouldAskTheModelThatIsThereNow() throws Exception {
    EndedJob before = EndedJob.of(api, directory, "again-4", TRIPS + END);
    String row = "{\"rows\":[{\"temp\":1,\"day\":\"sat\"}]}";
    String first = predict(before, row).body();
    assertEquals(first, predict(before, row).body());
    Files.delete(before.directory().resolve("model.safetensors"));
    Api.problem(409, predict(before, row));
    EndedJob after = EndedJob.of(api, directory, "again-4", "seed = 8\n" + TRIPS + END);
    assertNotEquals(first, predict(after, row).body());
  }

  // --- What is refused --------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trips  | []                                    | expected an object with rows or inputs",
        "trips  | {}                                    | expected rows or inputs but found an empty object",
        "trips  | {\"row\":[]}                          | expected rows or inputs but found \"row\"; did you mean \"rows\"?",
        "trips  | {\"rows\":{}}                         | rows: expected a list but found an object",
        "trips  | {\"rows\":[]}                         | expected at least one row but found none",
        "trips  | {\"rows\":[7]}                        | row 0: expected an object but found 7",
        "trips  | {\"rows\":[null]}                     | row 0: expected an object but found null",
        "trips  | {\"rows\":[{\"temp\":1,\"day\":\"mon\"},null]} | row 1: expected an object but found null",
        "trips  | {\"rows\":null}                       | rows: expected a list but found null",
        "trips  | {\"rows\":12345678901234567890123456789012345678901234567890} | found 1234567890123456789012345678901234567890...",
        "trips  | {\"rowsrowsrowsrowsrowsrowsrowsrowsrowsrowsrows\":0} | found \"rowsrowsrowsrowsrowsrowsrowsrowsrowsrows...",
        "trips  | {\"rows\":[{\"temp\":1}]}             | row 0: there is no value of 'day'",
        "trips  | {\"rows\":[{\"temp\":1,\"dya\":0}]}   | did you mean 'day'?",
        "trips  | {\"rows\":[{\"temp\":[1],\"day\":0}]} | row 0, column 'temp': expected a number or a text but found a list",
        "trips  | {\"rows\":[{\"temp\":null,\"day\":\"mon\"}]} | row 0, column 'temp': the value is missing",
        "trips  | {\"rows\":[{\"temp\":1,\"day\":\"fri\"}]}    | category 'fri' does not occur",
        "trips  | {\"rows\":[{\"temp\":NaN,\"day\":\"mon\"}]}  | the body is not JSON: line 1, column 21: expected a value but found NaN",
        "trips  | {\"rows\":[{\"temp\":1e999,\"day\":\"mon\"}]} | row 0, column 'temp': expected a number below 1.8e308",
        "trips  | {\"rows\":[{\"temp\":1,\"temp\":1}]}  | the body is not JSON: line 1, column 26: expected each name once but found 'temp' again",
        "trips  | {\"rows\":[{\"temp\":1,\"day\":\"mon\"}],\"inputs\":[]} | expected nothing beside rows but found \"inputs\"",
        "trips  | {\"rows\":[{\"temp\":1,\"day\":\"mon\"}]} {} | expected one object but found more",
        "trips  | {\"rows\":[{\"temp\":1                | the body is not JSON: line 1, column 19: expected more but found the end",
        "trips  | {\"rows\":[{temp:1}]}             | column 11: expected a name in double quotes but found 't'",
        "trips  | {\"rows\":[{\"temp\" 1}]}         | expected ':' but found '1'",
        "trips  | {\"rows\":[{\"temp\":1]}          | expected ',' or '}' but found ']'",
        "trips  | {\"rows\":[{\"temp\":1.}]}        | expected a number but found '}'",
        "trips  | {\"rows\":[{\"temp\":01}]}        | expected a number but found a leading zero",
        "trips  | {\"rows\":[{\"temp\":\"\\q\"}]} | after a backslash but found 'q'",
        "trips  | {\"rows\":[{\"temp\":1,\"day\":\"mon\"},]} | expected a value but found ']'",
        "trips  | {\"inputs\":[[1,2]]}                  | inputs: the model was trained on a table; expected rows",
        "trips  | temp=1                                | the body, which is not JSON: the model was trained on a table",
        "series | {\"rows\":[{\"Temp\":1}]}             | lags = 3 needs at least 3 rows",
        "digits | {\"rows\":[{\"a\":1}]}                | rows: the model was not trained on a table; expected an image of shape [1, 28, 28]",
        "digits | {\"inputs\":[]}                       | inputs: expected at least one input",
        "digits | {\"inputs\":[0,1]}                    | inputs[0]: expected a list of 784 numbers but found 0",
        "digits | {\"inputs\":[null]}                   | inputs[0]: expected a list of 784 numbers but found null",
        "digits | {\"inputs\":[[null]]}                 | inputs[0], number 0: expected a number but found null",
        "digits | {\"inputs\":[[0,1]]}                  | inputs[0]: expected 784 numbers in one list, or nested as [1, 28, 28], but found [2]",
        "digits | {\"inputs\":[[[0,1],[2]]]}            | lists of 2 and of 1 beside each other",
        "digits | {\"inputs\":[[[0,1],2]]}              | lists beside numbers",
        "digits | {\"inputs\":[[[[[0]]]]]}              | within others",
        "digits | {\"inputs\":[[\"a\"]]}                | inputs[0], number 0: expected a number but found a text",
        "digits | nothing                               | the body, which is not JSON: expected a PNG, JPEG, GIF or BMP image but found something else"
      })
  void shouldSayWhatIsWrongWithExamples(String job, String body, String says) throws Exception {
    EndedJob asked = job.equals("trips") ? trips : job.equals("series") ? series : digits;
    String detail = Api.problem(400, predict(asked, body));
    assertTrue(detail.contains(says), detail);
  }

  @Test
  void shouldRefuseImagesThatDoNotFitAndNumbersThatAreNoPixels() throws Exception {
    String size = Api.problem(400, predict(digits, "image/png", png(20, 30)));
    assertTrue(size.startsWith("the image: expected an image of 28x28"), size);
    String numbers = Arrays.toString(new double[784]).replaceFirst("0.0", "0.5");
    assertEquals(
        "inputs[0], number 0: expected a whole number from 0 to 255 but found 0.5",
        Api.problem(400, predict(digits, "{\"inputs\":[%s]}".formatted(numbers))));
    // Only the header claims what would take gigabytes.
    byte[] huge = png(28, 28);
    huge[17] = huge[21] = 1;
    String claimed = Api.problem(413, predict(digits, "image/png", huge));
    assertTrue(claimed.startsWith("expected an image of at most 32768 pixels to a side"), claimed);
  }

  @Test
  void shouldRefuseWhatIsTooMuch() throws Exception {
    String row = "{\"temp\":1,\"day\":\"mon\"}";
    String most = ("," + row).repeat(1024).substring(1);
    assertEquals(200, predict(trips, "{\"rows\":[%s]}".formatted(most)).statusCode());
    String detail = Api.problem(400, predict(trips, "{\"rows\":[%s,%s]}".formatted(most, row)));
    assertTrue(detail.startsWith("expected at most 1024 examples at once"), detail);
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket
          .getOutputStream()
          .write(head(digits, (8 << 20) + 1).getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertEquals("HTTP/1.1 413", answer);
    }
    assertTrue(Api.problem(415, predict(digits, "text/html", new byte[1])).contains("text/html"));
  }

  @Test
  void shouldRefuseWhatWouldWaitWithTooManyOthers() throws Exception {
    byte[] head = (head(trips, 9) + "{").getBytes(StandardCharsets.US_ASCII);
    List<Socket> slow = new ArrayList<>();
    try {
      // Each takes its place when its head is there, whenever its body comes.
      HttpResponse<String> answer = predict(trips, "{}");
      for (int i = 0; i < 200 && answer.statusCode() == 400; i++) {
        Socket socket = new Socket("127.0.0.1", api.port());
        slow.add(socket);
        socket.getOutputStream().write(head);
        answer = predict(trips, "{}");
      }
      assertTrue(Api.problem(503, answer).contains("too many predictions"), answer.body());
      assertTrue(slow.size() >= 8, slow.size() + " under way");
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    HttpResponse<String> answer = predict(trips, "{}");
    while (answer.statusCode() == 503) {
      answer = predict(trips, "{}");
    }
    assertEquals(400, answer.statusCode());
  }

  @Test
  void shouldHaveNothingToSayWithoutAModel() throws Exception {
    for (String what : List.of("inputs", "predict")) {
      for (String id : List.of("nobody-9", "nonsense")) {
        HttpResponse<String> unknown =
            what.equals("inputs")
                ? api.get("/api/v1/jobs/" + id + "/inputs")
                : api.post("/api/v1/jobs/" + id + "/predict", "{}");
        assertEquals("there is no job " + id, Api.problem(404, unknown));
      }
    }
    api.coordinator.jobs.put(
        "trips-7",
        FakeCoordinator.job("trips-7", JobStatus.RUNNING, trips.directory(), Optional.empty()));
    String running = "job trips-7 is running and has no model yet";
    assertEquals(running, Api.problem(409, api.get("/api/v1/jobs/trips-7/inputs")));
    assertEquals(running, Api.problem(409, api.post("/api/v1/jobs/trips-7/predict", "{}")));
    assertEquals("allowed here: POST", Api.problem(405, api.get(trips.path("predict"))));
    assertEquals("allowed here: GET", Api.problem(405, api.post(trips.path("inputs"), "")));
  }

  @Test
  void shouldKeepPathsToItselfWhereAModelIsDamaged() throws Exception {
    EndedJob damaged = EndedJob.of(api, directory, "damaged-5", TRIPS + END);
    Path model = damaged.directory().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length - 1] ^= 1;
    Files.write(model, bytes);
    for (HttpResponse<String> answer :
        List.of(api.get(damaged.path("inputs")), predict(damaged, "{}"))) {
      String detail = Api.problem(507, answer);
      assertTrue(detail.startsWith("the model of damaged-5 cannot be read"), detail);
      assertFalse(detail.contains(directory.toString()), detail);
    }
  }

  @Test
  void shouldRefusePagesOfOtherSitesAndPassOnWhatOthersAsk() throws Exception {
    String row = "{\"rows\":[{\"temp\":1,\"day\":\"sat\"}]}";
    Api.problem(
        403,
        api.send(
            api.request(trips.path("predict"))
                .header("Origin", "http://evil.example")
                .POST(BodyPublishers.ofString(row))));
    try (Api standby = new Api(directory.resolve("standby"), List.of(), 1 << 20)) {
      standby.move(new Seat.There("http://127.0.0.1:" + api.port()));
      assertEquals(predict(trips, row).body(), standby.post(trips.path("predict"), row).body());
      HttpResponse<String> image =
          standby.send(
              standby
                  .request(digits.path("predict"))
                  .header("Content-Type", "image/png")
                  .POST(BodyPublishers.ofByteArray(png(28, 28))));
      assertEquals(predict(digits, "image/png", png(28, 28)).body(), image.body());
    }
  }
}
