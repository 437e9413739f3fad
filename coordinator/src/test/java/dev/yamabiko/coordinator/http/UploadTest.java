package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileTree;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class UploadTest {

  private static final int QUOTA = 100_000;

  private static final String TABLE =
      """
      name = table
      data.train.csv { path = "%s", targets = [y] }
      model = [ { dense { units = 1 } } ], loss = half-squared-error
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 2, epochs = 1
      """;

  @TempDir Path data;
  @TempDir Path root;
  @TempDir Path outside;
  private Api api;

  @BeforeEach
  void bind() throws Exception {
    api = new Api(data, List.of(root), QUOTA);
  }

  @AfterEach
  void close() {
    api.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String upload(String text) throws Exception {
    String sha256 = ContentHash.of(text);
    assertEquals(201, api.put(sha256, bytes(text)).statusCode());
    return sha256;
  }

  private int head(String sha256) throws Exception {
    return api.send(api.request("/api/v1/data/" + sha256).method("HEAD", BodyPublishers.noBody()))
        .statusCode();
  }

  private List<String> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("uploads").resolve(folder))) {
      return files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
    }
  }

  private long left() throws Exception {
    var places = CanonicalJson.object(api.get("/api/v1/data-roots").body());
    assertEquals(List.of(root.toString()), places.get("data_roots"));
    return ((Number) places.get("upload_bytes_left")).longValue();
  }

  @Test
  void shouldKeepAnUploadUnderItsHash() throws Exception {
    String sha256 = ContentHash.of("hello");
    assertEquals(404, head(sha256));
    assertEquals(201, api.put(sha256, bytes("hello")).statusCode());
    assertEquals(200, head(sha256));
    assertEquals(200, api.put(sha256, bytes("hello")).statusCode());
    assertEquals(List.of(sha256), files(""));
    assertEquals(List.of(), files("incoming"));
    assertEquals(QUOTA - 5, left());
  }

  @Test
  void shouldRefuseContentOfAnotherHash() throws Exception {
    String detail = Api.problem(400, api.put(ContentHash.of("hello"), bytes("hullo")));
    assertTrue(detail.contains(ContentHash.of("hullo")), detail);
    assertEquals(404, head(ContentHash.of("hello")));
    assertEquals(List.of(), files("incoming"));
    assertEquals(QUOTA, left());
  }

  @Test
  void shouldRefuseWhatExceedsTheQuota() throws Exception {
    byte[] large = new byte[QUOTA + 1];
    String sha256 = ContentHash.of(new String(large, StandardCharsets.UTF_8));
    Api.problem(413, api.put(sha256, large));
    // Without a length it only shows on the way.
    Api.problem(
        413,
        api.send(
            api.request("/api/v1/data/" + sha256)
                .PUT(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large)))));
    assertEquals(List.of(), files("incoming"));
    assertEquals(QUOTA, left());
    byte[] largest = new byte[QUOTA];
    assertEquals(
        201,
        api.put(ContentHash.of(new String(largest, StandardCharsets.UTF_8)), largest).statusCode());
    assertEquals(0, left());
  }

  /** A client that is still sending takes the end of the connection for that of the coordinator. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayWhyEvenWhereMuchIsStillToCome(boolean known) throws Exception {
    byte[] large = new byte[32 << 20];
    BodyPublisher body = BodyPublishers.ofByteArray(large);
    HttpRequest.Builder put =
        api.request("/api/v1/data/" + "0".repeat(64))
            .PUT(known ? body : BodyPublishers.fromPublisher(body));
    String detail = Api.problem(413, api.send(put));
    assertTrue(detail.contains("100,000 bytes are left"), detail);
    assertEquals(List.of(), files("incoming"));
    assertEquals(QUOTA, left());
    Api.problem(400, api.put("no-hash", large));
    Api.problem(405, api.send(api.request("/api/v1/jobs").PUT(body)));
    Api.problem(413, api.send(api.request("/api/v1/jobs").POST(body)));
  }

  /** Content that goes on, after its first part, when there is something else. */
  private static InputStream until(CountDownLatch other, int bytes) {
    return new SequenceInputStream(
        new ByteArrayInputStream(new byte[1 << 20]),
        new ByteArrayInputStream(new byte[bytes - (1 << 20)]) {
          @Override
          public int read(byte[] part, int from, int length) {
            try {
              other.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return super.read(part, from, length);
          }
        });
  }

  @Test
  void shouldSayThatOthersHaveTakenTheRoomMeanwhile() throws Exception {
    api.close();
    api = new Api(data, List.of(root), 40 << 20);
    int length = 32 << 20;
    CountDownLatch other = new CountDownLatch(1);
    BodyPublisher body = BodyPublishers.ofInputStream(() -> until(other, length));
    CompletableFuture<HttpResponse<String>> answer =
        api.client.sendAsync(
            api.request("/api/v1/data/" + "0".repeat(64))
                .PUT(BodyPublishers.fromPublisher(body, length))
                .build(),
            BodyHandlers.ofString());
    while (left() == 40 << 20) {
      Thread.onSpinWait();
    }
    upload("a".repeat(20 << 20));
    other.countDown();
    String detail = Api.problem(413, answer.get(60, TimeUnit.SECONDS));
    assertTrue(detail.contains("20,971,520 bytes are left"), detail);
    assertEquals(List.of(), files("incoming"));
    assertEquals(20 << 20, left());
  }

  /** Of an upload without a length nobody knows whether it ever ends. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldNotHearOutWhatHasNoEnd(boolean there) throws Exception {
    String sha256 = there ? upload("hello") : "0".repeat(64);
    long left = left();
    byte[] chunk = new byte[1 << 20];
    byte[] size = bytes("%x\r\n".formatted(chunk.length));
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          bytes(
              "PUT /api/v1/data/%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  .formatted(sha256)));
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              out.write(size);
              out.write(chunk);
              out.write(bytes("\r\n"));
            }
          });
    }
    assertEquals(List.of(), files("incoming"));
    assertEquals(left, left());
  }

  @Test
  void shouldTakeAFileWithoutAByte() throws Exception {
    upload("");
    assertEquals(QUOTA, left());
  }

  /** The second is told that it is there, and its room is given back. */
  @Test
  void shouldTakeTheSameFromTwoAtOnce() throws Exception {
    String sha256 = ContentHash.of("hello");
    try (Socket first = new Socket("127.0.0.1", api.port())) {
      OutputStream out = first.getOutputStream();
      out.write(
          bytes(
              "PUT /api/v1/data/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel"
                  .formatted(sha256)));
      while (left() == QUOTA) {
        Thread.onSpinWait();
      }
      upload("hello");
      out.write(bytes("lo"));
      byte[] answer = first.getInputStream().readNBytes(15);
      assertEquals("HTTP/1.1 200 OK", new String(answer, StandardCharsets.US_ASCII));
    }
    assertEquals(List.of(), files("incoming"));
    assertEquals(QUOTA - 5, left());
  }

  /** Near the quota there is room for the content once: whoever has none waits for that one. */
  @Test
  void shouldNotRefuseForRoomWhatAnotherIsBringing() throws Exception {
    String text = "a".repeat(60_000);
    String sha256 = ContentHash.of(text);
    String head =
        "PUT /api/v1/data/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
            .formatted(sha256);
    try (Socket kept = new Socket("127.0.0.1", api.port());
        Socket onTheWay = new Socket("127.0.0.1", api.port());
        Socket atOnce = new Socket("127.0.0.1", api.port())) {
      kept.getOutputStream().write(bytes(head + text.substring(10_000)));
      onTheWay.getOutputStream().write(bytes(head + text.substring(30_000)));
      while (left() > QUOTA - 80_000) {
        Thread.onSpinWait();
      }
      // Of 20,000 bytes that are left the one announces 60,000, and the other sends 30,000.
      atOnce.getOutputStream().write(bytes(head + text));
      onTheWay.getOutputStream().write(bytes(text.substring(30_000)));
      while (left() < QUOTA - 50_000) {
        Thread.onSpinWait();
      }
      kept.getOutputStream().write(bytes(text.substring(50_000)));
      assertEquals("HTTP/1.1 201", status(kept));
      assertEquals("HTTP/1.1 200", status(onTheWay));
      assertEquals("HTTP/1.1 200", status(atOnce));
    }
    assertEquals(List.of(), files("incoming"));
    assertEquals(QUOTA - 60_000, left());
  }

  private static String status(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
  }

  /** As where the disk is full: what is still to come does not keep the client from hearing it. */
  @Test
  void shouldSayWhatItCannotWrite() throws Exception {
    byte[] content = new byte[QUOTA];
    left(); // its directories are there
    UploadStore.remove(data.resolve("uploads/incoming"));
    Api.problem(507, api.put("0".repeat(64), content));
    assertEquals(QUOTA, left());
  }

  @Test
  void shouldForgetAnUploadThatBreaksOff() throws Exception {
    String sha256 = ContentHash.of("hello");
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          bytes(
              "PUT /api/v1/data/"
                  + sha256
                  + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel"));
      out.flush();
      while (left() == QUOTA) {
        Thread.onSpinWait();
      }
    }
    while (left() != QUOTA) {
      Thread.onSpinWait();
    }
    assertEquals(List.of(), files("incoming"));
    assertEquals(404, head(sha256));
  }

  @Test
  void shouldCountWhatWasThereBefore() throws Exception {
    upload("hello");
    Files.writeString(data.resolve("uploads/incoming/left-over"), "half of something");
    api.close();
    api = new Api(data, List.of(root), QUOTA);
    assertEquals(QUOTA - 5, left());
    assertEquals(List.of(), files("incoming"));
  }

  @ParameterizedTest
  @CsvSource({"abc, abc", "..%2f..%2fetc%2fpasswd, ../../etc/passwd", "ABCDEF, ABCDEF"})
  void shouldRefuseWhatIsNoHash(String name, String found) throws Exception {
    assertEquals(
        "expected a SHA-256 in 64 lower-case hexadecimal digits but found \"" + found + "\"",
        Api.problem(400, api.put(name, bytes("x"))));
  }

  @Test
  void shouldResolveUploadsThatAJobNames() throws Exception {
    String sha256 = upload("x,y\n1,2\n2,4\n3,6\n");
    assertEquals(201, api.post("/api/v1/jobs", TABLE.formatted("sha256:" + sha256)).statusCode());
    assertEquals(
        data.resolve("uploads").resolve(sha256),
        api.coordinator.submitted.take().paths().get("data.train.csv.path"));
  }

  @Test
  void shouldSpeakOfUploadsAsTheJobDoes() throws Exception {
    String name = "sha256:" + upload("x,z\n1,2\n");
    String detail = Api.problem(400, api.post("/api/v1/jobs", TABLE.formatted(name)));
    assertTrue(detail.contains(name) && !detail.contains(data.toString()), detail);
  }

  @Test
  void shouldResolveFilesBelowADataRoot() throws Exception {
    Files.writeString(root.resolve("t.csv"), "x,y\n1,2\n2,4\n");
    assertEquals(
        201, api.post("/api/v1/jobs", TABLE.formatted(root.resolve("t.csv"))).statusCode());
    String missing = root.resolve("missing.csv").toString();
    assertTrue(
        Api.problem(400, api.post("/api/v1/jobs", TABLE.formatted(missing)))
            .endsWith("no such file: " + missing));
  }

  @Test
  void shouldRefuseEveryOtherFileInTheSameWords() throws Exception {
    Path secret = Files.writeString(outside.resolve("secret.csv"), "x,y\n1,2\n2,4\n");
    Files.createSymbolicLink(root.resolve("link.csv"), secret);
    for (String path :
        List.of(
            secret.toString(),
            outside.resolve("missing.csv").toString(),
            root.resolve("link.csv").toString(),
            root + "/../" + outside.getFileName() + "/secret.csv",
            "relative.csv")) {
      String detail = Api.problem(400, api.post("/api/v1/jobs", TABLE.formatted(path)));
      assertTrue(
          detail.contains(
              "expected an upload, sha256:HEX or tree:HEX, or a path below "
                  + root
                  + ", but found"),
          path + ": " + detail);
    }
    for (String upload : List.of("sha256:" + "0".repeat(64), "sha256:../../x", "tree:../x")) {
      String detail = Api.problem(400, api.post("/api/v1/jobs", TABLE.formatted(upload)));
      assertTrue(detail.endsWith("no such upload: " + upload), detail);
    }
  }

  @Test
  void shouldRefuseAnUploadThatIsNoDirectorysListing() throws Exception {
    byte[] image = {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff};
    String sha256 = ContentHash.of(Files.write(outside.resolve("image.png"), image));
    assertEquals(201, api.put(sha256, image).statusCode());
    String detail = Api.problem(400, api.post("/api/v1/jobs", IMAGES.formatted("tree:" + sha256)));
    assertTrue(detail.endsWith("what has been uploaded is no listing of a directory"), detail);
    String longName = upload(upload("x") + "  " + "n".repeat(256) + "\n");
    detail = Api.problem(400, api.post("/api/v1/jobs", IMAGES.formatted("tree:" + longName)));
    assertTrue(detail.contains("expected names of at most 255 bytes"), detail);
  }

  @Test
  void shouldNameTheContentBelowADataRoot() throws Exception {
    Path folder = Files.createDirectory(root.resolve("a folder"));
    Files.writeString(folder.resolve("one.txt"), "one");
    Files.writeString(outside.resolve("secret.txt"), "one");
    String listing = ContentHash.of("one") + "  one.txt\n";
    assertEquals("sha256:" + ContentHash.of("one"), content(folder.resolve("one.txt")));
    assertEquals("tree:" + ContentHash.of(listing), content(folder));
    for (Path none : List.of(outside.resolve("secret.txt"), root.resolve("missing"))) {
      assertEquals(
          "there is no such file below a data root",
          Api.problem(404, api.get("/api/v1/data-roots/content?path=" + none)));
    }
    assertEquals(
        "expected the query parameter path but found none",
        Api.problem(400, api.get("/api/v1/data-roots/content")));
  }

  /** Whoever opens a pipe to read waits until somebody writes to it. */
  @Test
  void shouldRefuseAPipe() throws Exception {
    Path pipe = root.resolve("pipe.csv");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertEquals(
        "there is no such file below a data root",
        Api.problem(404, api.get("/api/v1/data-roots/content?path=" + pipe)));
    String detail = Api.problem(400, api.post("/api/v1/jobs", TABLE.formatted(pipe)));
    assertTrue(
        detail.endsWith("expected a file or directory but found a pipe or a device: " + pipe),
        detail);
  }

  @Test
  void shouldReadNothingOnceNobodyIsThereForTheAnswer() throws Exception {
    Path folder = Files.createDirectory(root.resolve("folder"));
    Path file = Files.writeString(folder.resolve("one.txt"), "one");
    AtomicLong now = new AtomicLong();
    JobFiles files = new JobFiles(store(List.of()), List.of(root));
    try (RootContent content = new RootContent(files, () -> now.addAndGet(1))) {
      assertEquals(
          Optional.of("sha256:" + ContentHash.of("one")),
          content.of(file.toString()).toCompletableFuture().join());
    }
    long tooLong = RootContent.DEADLINE.toNanos() + 1;
    try (RootContent content = new RootContent(files, () -> now.addAndGet(tooLong))) {
      for (Path each : List.of(file, folder)) {
        CompletionException late =
            assertThrows(
                CompletionException.class,
                () -> content.of(each.toString()).toCompletableFuture().join());
        Problem why = assertInstanceOf(ProblemException.class, late.getCause()).problem();
        assertEquals(503, why.status().intValue());
      }
    }
  }

  /** Of a directory, too: links below it are links of its owner, not leave to look elsewhere. */
  @Test
  void shouldRefuseADirectoryWithALinkThatLeadsOutOfTheRoot() throws Exception {
    Path folder = Files.createDirectories(root.resolve("images/a")).getParent();
    Files.writeString(root.resolve("inside.csv"), "x");
    Files.writeString(outside.resolve("secret.csv"), "x");
    Files.createSymbolicLink(folder.resolve("a/inside.csv"), root.resolve("inside.csv"));
    Files.createSymbolicLink(folder.resolve("a/circle"), folder);
    Files.createSymbolicLink(folder.resolve("a/nowhere"), outside.resolve("missing"));
    String job = IMAGES.formatted(folder);
    String within = Api.problem(400, api.post("/api/v1/jobs", job));
    assertFalse(within.contains("a path below"), within);
    Path link = Files.createSymbolicLink(folder.resolve("b"), outside);
    String detail = Api.problem(400, api.post("/api/v1/jobs", job));
    assertTrue(
        detail.endsWith("or a path below %s, but found \"%s\"".formatted(root, link)), detail);
    Api.problem(404, api.get("/api/v1/data-roots/content?path=" + folder));
  }

  private static final String IMAGES =
      """
      name = images
      data.train.images { directory = "%s" }
      model = [ flatten, { dense { units = 2 } } ], loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 2, epochs = 1
      """;

  private String content(Path path) throws Exception {
    String query = path.toString().replace(" ", "%20");
    var response = api.get("/api/v1/data-roots/content?path=" + query);
    assertEquals(200, response.statusCode(), response.body());
    return (String) CanonicalJson.object(response.body()).get("content");
  }

  private static void spoil(Path file, String content) throws IOException {
    Files.writeString(file, content);
  }

  @Test
  void shouldNotHaveAnUploadThatIsDamaged() throws Exception {
    String sha256 = upload("hello");
    Path file = data.resolve("uploads").resolve(sha256);
    assertEquals(200, head(sha256));
    spoil(file, "hullo");
    assertEquals(404, head(sha256));
    assertFalse(Files.exists(file));
    assertEquals(QUOTA, left());
    assertEquals(201, api.put(sha256, bytes("hello")).statusCode());
    // Long after the last look at it, which is remembered.
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
    assertEquals(200, head(sha256));
    spoil(file, "hallo");
    assertEquals(201, api.put(sha256, bytes("hello")).statusCode());
    assertEquals("hello", Files.readString(file));
  }

  @Test
  void shouldRefuseAJobWhoseUploadIsDamaged() throws Exception {
    String sha256 = upload("hello");
    UploadStore store = store(List.of());
    assertTrue(store.find(sha256).isPresent());
    spoil(data.resolve("uploads").resolve(sha256), "hullo");
    JobFiles.Names names = new JobFiles(store, List.of()).new Names();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> names.path("sha256:" + sha256));
    assertEquals("no such upload: sha256:" + sha256, e.getMessage());
  }

  @Test
  void shouldMakeADirectoryAnewWhereAFileOfItIsDamaged() throws Exception {
    UploadStore store = store(List.of());
    String one = upload("one");
    String two = upload("two");
    String listing =
        upload(
            new FileTree(
                    List.of(new FileTree.Entry(one, "a.txt"), new FileTree.Entry(two, "b.txt")))
                .text());
    UploadedTrees trees = new UploadedTrees(store);
    Path tree = trees.find(listing);
    assertEquals(200, head(listing));
    spoil(tree.resolve("a.txt"), "eno"); // another name of the upload itself
    assertEquals(404, head(listing));
    assertEquals(404, head(one));
    assertThrows(IllegalArgumentException.class, () -> trees.find(listing));
    upload("one");
    assertEquals(200, head(listing));
    assertEquals("one", Files.readString(trees.find(listing).resolve("a.txt")));
    Files.writeString(tree.resolve("c.txt"), "three");
    assertFalse(Files.exists(trees.find(listing).resolve("c.txt")));
  }

  /** Two hours on. */
  private UploadStore store(List<String> needed) throws IOException {
    return store(needed, Duration.ofHours(2));
  }

  private UploadStore store(List<String> needed, Duration on) throws IOException {
    Clock later = Clock.offset(Clock.systemUTC(), on);
    return UploadStore.open(data.resolve("uploads"), QUOTA, () -> needed, later);
  }

  private String uploadLarge(char letter) throws Exception {
    return upload(String.valueOf(letter).repeat(40_000));
  }

  @Test
  void shouldMakeRoomOfWhatNobodyNeeds() throws Exception {
    String needed = uploadLarge('a');
    String stale = uploadLarge('b');
    UploadStore store = store(List.of("path = /uploads/" + needed));
    assertTrue(store.makeRoom(60_000));
    assertEquals(List.of(needed), files(""));
    assertEquals(60_000, store.left());
    assertFalse(store.makeRoom(60_001));
    assertEquals(List.of(needed), files(""));
    assertEquals(404, head(stale));
  }

  @Test
  void shouldKeepWhatWasUsedWithinTheLastHour() throws Exception {
    uploadLarge('a');
    String used = uploadLarge('b');
    UploadStore store = store(List.of());
    store.find(used);
    assertTrue(store.makeRoom(50_000));
    assertEquals(List.of(used), files(""));
    assertFalse(store.makeRoom(70_000));
    Files.getFileAttributeView(data.resolve("uploads").resolve(used), BasicFileAttributeView.class)
        .setTimes(null, FileTime.from(Instant.now()), null); // by the other's clock
    String detail = Api.problem(413, api.put("0".repeat(64), new byte[QUOTA]));
    assertTrue(detail.contains("upload-bytes, 100,000"), detail);
  }

  /** Else the first upload that needs room would leave none for an hour. */
  @Test
  void shouldNotTakeALookForAUse() throws Exception {
    Path file = data.resolve("uploads").resolve(uploadLarge('a'));
    FileTime changed = FileTime.from(Instant.now().minus(Duration.ofDays(9)));
    FileTime used = FileTime.from(Instant.now().minus(Duration.ofDays(3)));
    BasicFileAttributeView view = Files.getFileAttributeView(file, BasicFileAttributeView.class);
    view.setTimes(changed, used, null);
    BasicFileAttributes before = view.readAttributes();
    assertFalse(store(List.of(file.toString())).makeRoom(QUOTA));
    assertEquals(before.lastAccessTime(), view.readAttributes().lastAccessTime());
    assertEquals(before.lastModifiedTime(), view.readAttributes().lastModifiedTime());
  }

  @Test
  void shouldGetOverAKillWhileAnUploadIsKept() throws Exception {
    String sha256 = ContentHash.of("hello");
    Path part = Files.createDirectories(data.resolve("uploads")).resolve(sha256 + ".part");
    Files.writeString(part, "hello");
    UploadStore store = store(List.of());
    assertEquals(QUOTA, store.left());
    assertFalse(Files.exists(part));
    Files.writeString(part, "hello"); // also where it comes about later
    Path received = Files.writeString(store.newIncoming(), "hello");
    assertTrue(store.reserve(5));
    assertTrue(store.keep(received, sha256, 5));
    assertEquals(List.of(sha256), files(""));
  }

  @Test
  void shouldLeaveADamagedDirectoryUntilAnotherIsThere() throws Exception {
    String one = upload("one");
    String two = upload("two");
    String listing =
        upload(
            new FileTree(
                    List.of(new FileTree.Entry(one, "a.txt"), new FileTree.Entry(two, "b.txt")))
                .text());
    UploadStore store = store(List.of());
    UploadedTrees trees = new UploadedTrees(store);
    Path tree = trees.find(listing);
    Files.delete(tree.resolve("b.txt"));
    Files.delete(data.resolve("uploads").resolve(two));
    assertThrows(IllegalArgumentException.class, () -> trees.find(listing));
    assertEquals("one", Files.readString(tree.resolve("a.txt")));
    upload("two");
    assertEquals("two", Files.readString(trees.find(listing).resolve("b.txt")));
  }

  @Test
  void shouldRemoveADirectoryBeforeItsFiles() throws Exception {
    String file = uploadLarge('a');
    String listing = upload(new FileTree(List.of(new FileTree.Entry(file, "a.txt"))).text());
    UploadStore now = UploadStore.open(data.resolve("uploads"), QUOTA, List::of, Clock.systemUTC());
    Path tree = new UploadedTrees(now).find(listing);
    assertTrue(Files.isDirectory(tree));
    assertFalse(store(List.of("tree:" + listing)).makeRoom(QUOTA));
    assertEquals(2, files("").size());
    assertTrue(store(List.of()).makeRoom(QUOTA));
    assertEquals(List.of(), files(""));
    assertFalse(Files.exists(tree));
  }

  @Test
  void shouldMakeADirectoryOfUploads() throws Exception {
    UploadStore store = store(List.of());
    List<FileTree.Entry> entries = new ArrayList<>();
    for (String text : List.of("one", "two")) {
      entries.add(new FileTree.Entry(upload(text), "folder/" + text + ".txt"));
    }
    String listing = upload(new FileTree(entries).text());
    Path tree = new UploadedTrees(store).find(listing);
    assertEquals("one", Files.readString(tree.resolve("folder/one.txt")));
    assertEquals("two", Files.readString(tree.resolve("folder/two.txt")));
    assertEquals(tree, new UploadedTrees(store).find(listing));
  }

  private static void noLink(Path name, Path file) throws IOException {
    throw new IOException("no links here");
  }

  /** Where a file system has no links, or none more of a file, its directories take room. */
  @Test
  void shouldCountWhatItHasToCopyIntoADirectory() throws Exception {
    String file = uploadLarge('a');
    String once = upload(new FileTree(List.of(new FileTree.Entry(file, "a.txt"))).text());
    String twice =
        upload(
            new FileTree(
                    List.of(new FileTree.Entry(file, "b.txt"), new FileTree.Entry(file, "c.txt")))
                .text());
    UploadStore store = store(List.of());
    long free = store.left();
    UploadedTrees trees = new UploadedTrees(store, UploadTest::noLink);
    Path tree = trees.find(once);
    assertEquals(free - 40_000, store.left());
    ProblemException full = assertThrows(ProblemException.class, () -> trees.find(twice));
    assertEquals(413, full.problem().status().intValue());
    assertEquals(free - 40_000, store.left());
    assertEquals(List.of(), files("incoming"));
    assertEquals(free - 40_000, store(List.of()).left());
    spoil(tree.resolve("a.txt"), "b");
    assertEquals(tree, trees.find(once));
    assertEquals(free - 40_000, store.left());
    UploadStore later = store(List.of(), Duration.ofHours(5));
    assertTrue(later.makeRoom(QUOTA));
    assertEquals(QUOTA, later.left());
    assertFalse(Files.exists(tree));
  }

  @Test
  void shouldCountADirectoryOfLinksOnce() throws Exception {
    String file = uploadLarge('a');
    String listing = upload(new FileTree(List.of(new FileTree.Entry(file, "a.txt"))).text());
    UploadStore store = store(List.of());
    long free = store.left();
    new UploadedTrees(store).find(listing);
    assertEquals(free, store.left());
    assertEquals(free, store(List.of()).left());
  }

  @Test
  void shouldRefuseADirectoryWithAFileThatIsNotThere() throws Exception {
    UploadStore store = store(List.of());
    String listing =
        upload(
            new FileTree(
                    List.of(
                        new FileTree.Entry(upload("one"), "a/one.txt"),
                        new FileTree.Entry(ContentHash.of("gone"), "a/gone.txt")))
                .text());
    UploadedTrees trees = new UploadedTrees(store);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> trees.find(listing));
    assertTrue(e.getMessage().startsWith("a/gone.txt of the directory has not been uploaded"));
    assertFalse(Files.exists(data.resolve("uploads/trees").resolve(listing)));
    assertEquals(List.of(), files("incoming"));
  }

  @Test
  void shouldGiveTheRoomOfAFailedUploadBackOnce() throws Exception {
    String sha256 = upload("hello");
    UploadStore store = store(List.of());
    long before = store.left();
    Path received = Files.createDirectories(store.newIncoming());
    Files.writeString(received.resolve("in-the-way"), "of its deletion");
    assertTrue(store.reserve(1000));
    assertThrows(IOException.class, () -> store.keep(received, sha256, 1000));
    assertThrows(UncheckedIOException.class, () -> store.discard(received, 1000));
    assertEquals(before, store.left());
  }
}
