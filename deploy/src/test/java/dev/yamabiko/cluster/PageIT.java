package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.model.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard in a browser, before a coordinator and workers in processes of their own. In order:
 * the first looks at a cluster that has nothing yet, and the last at what the others have left.
 */
@EnabledIf(value = "dev.yamabiko.cluster.Browser#isInstalled", disabledReason = Browser.NO_BROWSER)
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT {

  /** From a kill until the page tells of it. */
  private static final Duration AT_ONCE = Duration.ofSeconds(3);

  private static final String LOSS = "Loss";

  @TempDir private static Path directory;
  private static ProcessCluster cluster;
  private static Browser browser;

  /** The job whose model knows digits. */
  private static String trained;

  @BeforeAll
  static void start() throws Exception {
    cluster = new ProcessCluster(directory);
    cluster.startCoordinator();
    browser = new Browser(cluster.url(), directory);
    wide();
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static void wide() {
    browser.resize(1400, 900);
  }

  @AfterEach
  void shouldHaveAskedNobodyElseAndHadNoErrors() {
    assertEquals(Set.of(cluster.url().replace("http://", "")), browser.requestedHosts());
    assertEquals(List.of(), browser.complaints());
  }

  // --- What people do ---------------------------------------------------------------------------

  @Test
  @Order(1)
  void shouldShowTheWayWhereThereIsNothingYet() throws Exception {
    browser.open("");
    browser.find("code", "yamabiko submit deploy/jobs/digits.conf --server " + cluster.url());
    browser.find("code", "yamabiko worker --coordinator 127.0.0.1:2551");
    browser.picture("empty");
    cluster.haveWorkers("w1", "w2");
    browser.find("section table.rows tbody tr", "w1");
    browser.find("section table.rows tbody tr", "w2");
    assertFalse(browser.text("main").contains("No workers"));
  }

  @Test
  @Order(2)
  void shouldFollowAJobFromItsSubmissionToItsModel() throws Exception {
    String id = submit(SmallJob.of(25).text());
    String first = curve();
    String second = browser.await("the curves to move", () -> moved(first));
    browser.await("the curves to go on moving", () -> moved(second));
    browser.find("section", "Time of a step");
    browser.find("table.rows tbody tr", "w2");
    browser.picture("running");

    cluster.worker("w2").kill();
    browser.await("that w2 is late or lost, among the events", AT_ONCE, PageIT::tellsOfW2);
    browser.await(
        "steps in which only w1 took part",
        AT_ONCE,
        () -> browser.evaluate(LANES_OF_LAST_STEP).equals(List.of("w1")));
    browser.picture("worker-late");

    JsonNode result = cluster.completed(id);
    trained = id;
    browser.find(".pill", "completed");
    browser.find("section", result.path("weights_sha256").asText());
    browser.find("section", "conv2d");
    browser.find("pre", "softmax-cross-entropy");
    browser.picture("completed");
    browser.click("a", "Download model");
    try (SafetensorsFile model = SafetensorsFile.open(browser.downloaded(id + ".safetensors"))) {
      assertEquals(result.path("weights_sha256").asText(), model.metadata().get("weights_sha256"));
    }
    browser.click("a", "ONNX");
    Path onnx = browser.downloaded(id + ".onnx");
    assertEquals(
        "label", ModelProto.parseFrom(Files.readAllBytes(onnx)).getGraph().getOutput(1).getName());
  }

  /** Its shards go to others long before it is given up for lost. */
  private static boolean tellsOfW2() {
    String events = browser.text(".events");
    return events.contains("computed again elsewhere: w2") || events.contains("w2 was lost");
  }

  /** The workers in the newest step of the job's timeline. */
  private static final String LANES_OF_LAST_STEP =
      """
      const id = location.hash.split('/')[2];
      const { steps } = await (await fetch(`/api/v1/jobs/${id}/timeline`)).json();
      return steps.at(-1).workers.map(worker => worker.name);
      """;

  @Test
  @Order(3)
  void shouldCancelAndResume() throws Exception {
    String id = submit(SmallJob.of(25).text());
    curve();
    browser.click("button", "Cancel");
    browser.find(".pill", "cancelled");
    cluster.await(id, "cancelled", job -> job.path("status").asText().equals("cancelled"));
    browser.await(
        "the keyboard on the button that is left",
        () -> browser.evaluate("return document.activeElement.textContent").equals("Resume"));
    browser.click("button", "Resume");
    browser.find(".pill", "running");
    cluster.completed(id);
    browser.find(".pill", "completed");
  }

  @Test
  @Order(4)
  void shouldCompareRuns() throws Exception {
    String[] ids = {
      cluster.submit(SmallJob.of(3).text()),
      cluster.submit(SmallJob.of(3).text().replace("learning-rate = 0.02", "learning-rate = 0.05"))
    };
    for (String id : ids) {
      cluster.completed(id);
    }
    browser.open("");
    for (String id : ids) {
      browser.find("input[aria-label='Compare %s']".formatted(id)).click();
    }
    browser.click("a", "Compare 2");
    String training = browser.await("both curves", () -> inChart("Training loss", ids));
    browser.find("#quantity").sendKeys("Validation accuracy");
    String accuracy = browser.await("both curves", () -> inChart("Validation accuracy", ids));
    assertTrue(training.contains("at step 59") && accuracy.contains("%"), training + accuracy);
    browser.picture("compare");
  }

  private static String inChart(String title, String... ids) {
    String said = browser.chart(title);
    return List.of(ids).stream().allMatch(id -> said.contains(id + ":")) ? said : null;
  }

  @Test
  @Order(5)
  void shouldSayWhatIsWrongWithAJob() {
    browser.open("submit");
    browser.write("textarea", SmallJob.of(3).text().replace("epochs", "epoks"));
    browser.click("button", "Submit");
    browser.find("[role=alert]", "epoks: unknown key; did you mean \"epochs\"?");
    browser.picture("wrong-job");
    // The browser itself complains of every answer that is no success.
    assertTrue(browser.complaints().removeIf(line -> line.contains("400 (Bad Request)")));
  }

  @Test
  @Order(6)
  void shouldShowForeignTextAsText() {
    String foreign = "<img src=nowhere onerror=alert(1)>";
    browser.open("submit");
    browser.write("textarea", SmallJob.of(3).with("\"%s\" = 1".formatted(foreign)).text());
    browser.click("button", "Submit");
    browser.find("[role=alert]", foreign);
    browser.open("jobs/" + foreign.replace(" ", "%20"));
    browser.find("h1", foreign);
    browser.find("[role=alert]", "there is no job");
    assertTrue(browser.complaints().removeIf(line -> line.contains("400 (Bad Request)")));
    assertTrue(browser.complaints().removeIf(line -> line.contains("404 (Not Found)")));
  }

  @Test
  @Tag("slow")
  @Order(7)
  void shouldGoOnAfterTheCoordinatorHasBeenAway() throws Exception {
    String id = submit(SmallJob.of(12).text());
    String first = curve();
    cluster.coordinator().kill();
    browser.find(".connection", "Connection lost, trying again");
    browser.picture("connection-lost");
    cluster.startCoordinator();
    browser.await("the connection to be back", () -> browser.text(".connection").isEmpty());
    browser.await("the curves to move", () -> moved(first));
    cluster.completed(id);
    browser.find(".pill", "completed");
    assertTrue(browser.chart(LOSS).contains("at step 239"), browser.chart(LOSS));
    browser.complaints().removeIf(line -> line.contains("net::ERR_") || line.contains("503"));
  }

  @Test
  @Order(8)
  void shouldGiveItsStreamBackWhileNobodySeesIt() throws Exception {
    browser.evaluate(
        """
        const Own = EventSource;
        window.streams = [];
        window.EventSource = class extends Own {
          constructor(url) {
            super(url);
            streams.push(this);
          }
        };
        """);
    String id = submit(SmallJob.of(1000).text());
    String first = curve();
    assertEquals(true, browser.evaluate(HAS_STREAM));
    browser.become("hidden");
    browser.await("no stream", () -> browser.evaluate(HAS_STREAM).equals(false));
    browser.become("visible");
    browser.await("a stream", () -> browser.evaluate(HAS_STREAM).equals(true));
    browser.await("the curves to move", () -> moved(first));
    cluster.cancel(id);
    browser.find(".pill", "cancelled");
  }

  private static final String HAS_STREAM =
      "return streams.some(stream => stream.readyState !== EventSource.CLOSED);";

  @Test
  @Order(9)
  void shouldForgetWhatAViewHadLostThatIsLeft() {
    browser.open("");
    browser.evaluate("(await import('/ui/connection.js')).report('somebody', 'it is away')");
    browser.find(".connection", "Connection lost, trying again: it is away");
    browser.open("constructor");
    browser.find("h1", "There is nothing here");
    assertEquals("", browser.text(".connection"));
  }

  /** Writes a job on the page; returns its id once its own view is shown. */
  private static String submit(String job) {
    browser.open("submit");
    browser.write("textarea", job);
    browser.click("button", "Submit");
    browser.await("the job's view", () -> browser.address().contains("#/jobs/"));
    return browser.find("h1").getText();
  }

  /** The loss as the page tells it, once it has one. */
  private static String curve() {
    return browser.await("the first steps", () -> moved(""));
  }

  private static String moved(String before) {
    String now = browser.chart(LOSS);
    return now.contains(" at step ") && !now.equals(before) ? now : null;
  }

  @Test
  @Order(17)
  void shouldSayWhatAModelMakesOfDrawingsAndNumbers() throws Exception {
    String sine = cluster.submit(SINE);
    browser.open("jobs/" + trained);
    browser.draw(".pad", ZERO);
    browser.find(".answer-title", "0");
    browser.find(".bar-name", "0");
    browser.picture("drawn");
    browser.click("button", "Clear");
    browser.find(".answer", "stands here");
    browser.draw(".pad", ONE);
    browser.find(".answer-title", "1");

    double error = cluster.completed(sine).path("validation_rmse").asDouble();
    browser.open("jobs/" + sine);
    browser.write(FIELD, "1.5");
    browser.await(
        "the sine of 1.5",
        () -> {
          String said = browser.text(".answer-title").replace("sin(x): ", "");
          return !said.isEmpty()
              && Math.abs(Double.parseDouble(said) - StrictMath.sin(1.5)) < 4 * error;
        });
    browser.write(FIELD, "1e300");
    browser.find("[role=alert]", "inputs[0], number 0: expected a finite number");
    assertTrue(browser.complaints().removeIf(line -> line.contains("400 (Bad Request)")));
  }

  private static final String FIELD = ".trial-form input[type=number]";

  private static final String SINE =
      """
      name = sine
      data { train { builtin { name = sine, examples = 500 } }, validation.fraction = 0.2 }
      model = [ { dense { units = 16 } }, tanh, { dense { units = 1 } } ]
      loss = half-squared-error, optimizer { adam { learning-rate = 0.03 } }
      batch-size = 32, shards = 2, epochs = 20
      """;

  /** A slanted oval and a stroke, in parts of the pad, drawn small and off its middle. */
  private static final double[][] ZERO = {
    {0.52, 0.20}, {0.44, 0.22}, {0.38, 0.30}, {0.35, 0.42}, {0.37, 0.54}, {0.43, 0.61},
    {0.51, 0.62}, {0.58, 0.57}, {0.62, 0.47}, {0.62, 0.35}, {0.58, 0.25}, {0.52, 0.20}
  };

  private static final double[][] ONE = {{0.30, 0.35}, {0.45, 0.15}, {0.45, 0.85}};

  /** More than a call has arguments. */
  @Test
  @Order(18)
  void shouldSeeADrawingOfVeryManyPoints() {
    Object seen =
        browser.evaluate(
            """
            const { pictureOf } = await import('/ui/trial/picture.js');
            const line = Array.from({ length: 200_000 }, (_, i) => [14 + i / 1e5, 14 + i / 1e5]);
            const context = pictureOf([line], 28, 28, false).getContext('2d');
            return [context.getImageData(0, 0, 1, 1).data[0], context.getImageData(14, 14, 1, 1).data[0] > 200];
            """);
    assertEquals(List.of(0L, true), seen);
  }

  /** A browser turns a picture by what its camera noted; training does not. */
  @Test
  @Order(19)
  void shouldSeeAPictureAsTrainingWould() {
    Object seen =
        browser.evaluate(
            """
            const { decoded, known } = await import('/ui/trial/file.js');
            const { seenBy } = await import('/ui/trial/picture.js');
            const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 20 });
            const of = type => new Promise(done => canvas.toBlob(done, type));
            const turned = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8,
                0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
            const jpeg = await of('image/jpeg');
            const photo = new Blob([jpeg.slice(0, 2), new Uint8Array(turned), jpeg.slice(2)]);
            const widths = [await createImageBitmap(photo), await decoded(await known(photo))].map(each => each.width);
            const types = [await known(photo), await known(await of('image/png')), await known(await of('image/webp'))];
            const seen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
            const context = seen.getContext('2d', { willReadFrequently: true });
            seenBy(seen, await decoded(await known(await of('image/png'))), true);
            const clear = [...context.getImageData(0, 0, 1, 1).data];
            Object.assign(canvas.getContext('2d'), { fillStyle: '#f00' }).fillRect(0, 0, 40, 20);
            seenBy(seen, await decoded(await known(await of('image/png'))), true);
            const red = [...context.getImageData(0, 0, 1, 1).data];
            return [widths, types.map(each => each?.type ?? 'none'), clear, red];
            """);
    assertEquals(
        List.of(
            List.of(20L, 40L),
            List.of("image/jpeg", "image/png", "none"),
            List.of(255L, 255L, 255L, 255L),
            List.of(76L, 76L, 76L, 255L)),
        seen);
  }

  @Test
  @Order(20)
  void shouldSayNothingOfAPictureThatHasGivenWayToAnother() {
    Object said =
        browser.evaluate(
            """
            const { Asking } = await import('/ui/trial/asking.js');
            const until = async is => { while (!is()) await new Promise(done => setTimeout(done, 5)); };
            const [said, asked, own] = [[], [], window.fetch];
            const hears = { show: it => said.push(it), refuse: why => said.push(why), clear() {}, settle() {} };
            window.fetch = (url, { signal }) => new Promise((done, failed) => {
              asked.push(it => done(new Response(JSON.stringify({ predictions: [it] }))));
              signal.addEventListener('abort', () => failed(signal.reason));
            });
            try {
              const asking = new Asking('any-1', hears);
              asking.ask(() => ({ rows: [1] }));
              await until(() => asked.length === 1);
              asking.forget();
              asking.ask(() => ({ rows: [2] }));
              await until(() => asked.length === 2);
              asked[0]('first');
              asked[1]('second');
              await until(() => said.length > 0);
              return said;
            } finally {
              window.fetch = own;
            }
            """);
    assertEquals(List.of("second"), said);
  }

  @Test
  @Order(21)
  void shouldTakeTheLastPictureWhicheverIsDecodedFirst() {
    Object said =
        browser.evaluate(
            """
            const { ImageForm } = await import('/ui/trial/image.js');
            const until = async is => { while (!is()) await new Promise(done => setTimeout(done, 5)); };
            const png = width => new Promise(done =>
              Object.assign(document.createElement('canvas'), { width, height: 8 }).toBlob(done, 'image/png'));
            const [asked, waiting, own] = [[], new Map(), window.createImageBitmap];
            const asking = { ask: make => asked.push(make), forget() {}, refuse: why => asked.push(why) };
            const form = new ImageForm({ shape: [3, 8, 8], resized: true }, asking);
            const [small, large] = [await png(8), await png(800)];
            window.createImageBitmap = file => new Promise(done => waiting.set(file.size, () => done(own(file))));
            try {
              const first = form.take(new File([large], 'first.png'));
              const second = form.take(new File([small], 'second.png'));
              await until(() => waiting.size === 2);
              waiting.get(small.size)();
              await second;
              waiting.get(large.size)();
              await first;
              const about = form.about.textContent.split(',')[0];
              await form.take(new File(['RIFF....WEBP'], 'third.webp', { type: 'image/webp' }));
              return [about, asked.length, asked.at(-1)];
            } finally {
              window.createImageBitmap = own;
            }
            """);
    assertEquals(
        List.of(
            "second.png",
            2L,
            "third.webp: expected a PNG, JPEG, GIF or BMP picture but found image/webp"),
        said);
  }

  /** A coordinator that is in the state which a test has put it in, before the page's scripts. */
  private static Object before(String state, String asynchronous) {
    return browser.evaluate(
        """
        const until = async is => { while (!is()) await new Promise(done => setTimeout(done, 5)); };
        const own = window.fetch;
        const answered = %s;
        window.fetch = async url => {
          const answer = answered(new URL(url));
          return answer instanceof Response ? answer : Response.json(answer);
        };
        try {
        %s
        } finally {
          window.fetch = own;
        }
        """
            .formatted(state, asynchronous));
  }

  /**
   * The oldest of those that have not ended runs, behind more than the coordinator lists at once.
   */
  @Test
  @Order(22)
  void shouldShowTheJobThatRunsHoweverManyWait() {
    browser.open("submit");
    Object shown =
        before(
            """
            (() => {
              window.all = Array.from({ length: 1700 }, (_, i) => ({
                id: `a-${1700 - i}`, submitted: '2026-11-26T18:00:00Z', started: null, step: 0, steps_total: null,
                status: i < 1499 ? 'queued' : i === 1499 ? 'running' : 'completed', ended: i > 1499 ? '2026-11-26T18:00:01Z' : null,
              }));
              window.asked = [];
              return url => {
                asked.push(url.search);
                if (url.pathname.endsWith('/workers')) return { parameters: [], workers: [{ name: 'w1', job: all.find(job => job.status === 'running')?.id ?? null, threads: 2, registered: '2026-11-26T18:00:00Z' }] };
                const [limit, last] = [Number(url.searchParams.get('limit')), url.searchParams.get('before')];
                const from = last ? all.findIndex(job => job.id === last) + 1 : 0;
                const jobs = all.slice(from, from + limit);
                return { jobs, next: from + limit < all.length ? jobs.at(-1).id : null };
              };
            })()
            """,
            """
            const { open } = await import('/ui/views/overview.js');
            const main = document.createElement('main');
            const view = open(main);
            const tiles = () => [...main.querySelectorAll('.tile dd')].slice(2, 4).map(tile => tile.textContent);
            try {
              await until(() => main.querySelector('tbody tr'));
              const row = main.querySelector('a[href="#/jobs/a-201"]')?.closest('tr');
              const said = [row?.querySelector('.pill').textContent ?? 'none', ...tiles()];
              main.querySelectorAll('button').forEach(button => button.textContent === 'Show older jobs' && button.click());
              await until(() => main.querySelectorAll('tbody tr').length > 1600);
              for (const job of all.slice(0, 1500)) Object.assign(job, { status: 'cancelled', ended: '2026-11-26T18:00:02Z' });
              await until(() => tiles()[1] === '0');
              asked.length = 0;
              await until(() => asked.length >= 4);
              return [...said, ...tiles(), asked.some(search => search.includes('before'))];
            } finally {
              view.close();
            }
            """);
    assertEquals(List.of("running", "1", "1,499", "0", "0", false), shown);
  }

  @Test
  @Order(23)
  void shouldCountAJobThatRunsBehindOthersThatHaveEnded() {
    Object running =
        before(
            """
            (url => url.pathname.endsWith('/workers')
              ? { parameters: [], workers: [{ name: 'w1', job: 'a-1', threads: 2, registered: '2026-11-26T18:00:00Z' }] }
              : { next: 'a-2', jobs: [{ id: 'a-2', submitted: '2026-11-26T18:00:00Z', started: null, status: 'cancelled', ended: '2026-11-26T18:00:00Z' }] })
            """,
            """
            const { open } = await import('/ui/views/overview.js');
            const main = document.createElement('main');
            const view = open(main);
            try {
              await until(() => main.querySelector('tbody tr'));
              return main.querySelectorAll('.tile dd')[2].textContent;
            } finally {
              view.close();
            }
            """);
    assertEquals("1", running);
  }

  @Test
  @Order(24)
  void shouldSeeAJobThatWasResumedAndHasEndedAgain() {
    Object ended =
        before(
            """
            (url => url.pathname.endsWith('/jobs/a-1')
              ? { id: 'a-1', status: 'failed', submitted: '2026-11-26T18:00:00Z', ended: window.ended }
              : { notices: [] })
            """,
            """
            const { Job } = await import('/ui/model/job.js');
            window.ended = '2026-11-26T18:00:01Z';
            const job = new Job('a-1', 100, () => {}, () => {});
            job.loadCurves = async () => {};
            try {
              await job.open();
              window.ended = '2026-11-26T18:00:04Z';
              await job.watch();
              await Promise.race([until(() => job.view.ended === window.ended), new Promise(done => setTimeout(done, 2000))]);
              return job.view.ended;
            } finally {
              job.close();
            }
            """);
    assertEquals("2026-11-26T18:00:04Z", ended);
  }

  @Test
  @Order(25)
  void shouldAskAgainWhoIsLoggedInWhereNoAnswerCame() {
    Object role =
        before(
            """
            (() => {
              let times = 0;
              return url => {
                if (times++ === 0) throw new TypeError('it is away');
                return { name: 'ann', role: 'read', expires: null };
              };
            })()
            """,
            """
            const who = await import('/ui/who.js');
            try {
              await who.ask();
              await Promise.race([until(() => document.documentElement.dataset.role === 'read'), new Promise(done => setTimeout(done, 5000))]);
              return document.documentElement.dataset.role ?? 'nobody';
            } finally {
              who.forget();
            }
            """);
    assertEquals("read", role);
  }

  @Test
  @Order(26)
  void shouldTellHowLongAgoAJobHasEndedAsTimeGoesOn() {
    Object about =
        browser.evaluate(
            """
            const { Heading } = await import('/ui/job/heading.js');
            const own = Date.now;
            const heading = new Heading('a-1', () => {});
            const now = new Date().toISOString();
            const job = {
              view: { status: 'completed', submitted: now, started: now, ended: now }, hasEnded: true, timings: {},
              curves: { steps: new Map(), epochs: new Map() },
            };
            heading.update(job);
            const said = [heading.about.textContent];
            try {
              Date.now = () => own() + 3 * 3600e3 + 1000;
              heading.tick(job);
              return [...said, heading.about.textContent];
            } finally {
              Date.now = own;
            }
            """);
    assertEquals(
        List.of("submitted just now · ended just now", "submitted 3 h ago · ended 3 h ago"), about);
  }

  /** What an option says is not what it stands for: the browser makes one blank of two. */
  @Test
  @Order(27)
  void shouldSendACategoryAsItIsWritten() {
    Object sent =
        browser.evaluate(
            """
            const { fields } = await import('/ui/trial/fields.js');
            let question = null;
            const column = { name: 'c', type: 'category', categories: ['a  b ', 'c'], typical: null };
            const form = fields('a-1', { kind: 'table', columns: [column], lags: 0 }, { ask: make => (question = make()) });
            form.ask();
            return question.rows[0].c;
            """);
    assertEquals("a  b ", sent);
  }

  /** Not known of one that was cancelled in the queue, and once resumed not before it runs. */
  @Test
  @Order(28)
  void shouldAskForLayersOnceAJobThatWasResumedRuns() {
    Object said =
        before(
            """
            (() => {
              window.answers = [
                Response.json({ detail: 'not known' }, { status: 409 }),
                Response.json({ detail: 'cannot be read' }, { status: 507 }),
                { layers: [{ layer: 1, name: 'relu', output: [3], parameters: 0 }], parameters: 0 },
              ];
              return () => answers.shift();
            })()
            """,
            """
            const { Layers } = await import('/ui/job/layers.js');
            const [layers, other] = [new Layers({ id: 'a-1' }), new Layers({ id: 'a-2' })];
            const ended = { view: { steps_total: null }, hasEnded: true };
            const soon = () => new Promise(done => setTimeout(done, 100));
            for (const each of [layers, other, layers, other]) {
              each.update(ended);
              await soon();
            }
            const said = [answers.length, layers.element.hidden, document.querySelector('.connection').hidden];
            layers.update({ view: { steps_total: null }, hasEnded: false });
            await soon();
            said.push(answers.length);
            layers.update({ view: { steps_total: 9 }, hasEnded: false });
            await until(() => !layers.element.hidden);
            return [...said, layers.element.textContent.includes('relu')];
            """);
    assertEquals(List.of(1L, true, true, 1L, true), said);
  }

  /** The curves have them already, so that no events tell of them. */
  @Test
  @Order(29)
  void shouldTellHowFarAJobIsThatTakesStepsAgain() {
    Object said =
        before(
            """
            (url => url.pathname.endsWith('/notices') ? { notices: [] }
              : url.pathname.endsWith('/series') ? {
                steps: { step: [19, 39, 59, 79, 99], train_loss: [5, 4, 3, 2, 1] }, epochs: {}, last_step: 99,
              }
              : {
                id: 'a-1', status: 'running', submitted: '2026-11-26T18:00:00Z', started: null, ended: null,
                step: 40, steps_total: 200, epoch: 2, epochs: 10, train_loss: null,
              })
            """,
            """
            const { Job } = await import('/ui/model/job.js');
            const { Heading } = await import('/ui/job/heading.js');
            const Own = EventSource;
            let events = null;
            window.EventSource = class extends EventTarget {
              constructor() {
                super();
                events = this;
              }
              close() {}
            };
            const job = new Job('a-1', 100, () => {}, () => {});
            const heading = new Heading('a-1', () => {});
            const said = () => {
              heading.update(job);
              return `${heading.where.textContent}: ${heading.tiles.get('Training loss').textContent}`;
            };
            const hear = (kind, data) => {
              events.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
              return said();
            };
            try {
              await job.open();
              return [said(), hear('timing', { step: 59 }), hear('timing', { step: 9 }), hear('step', { step: 100, epoch: 5, train_loss: 0.5 })];
            } finally {
              job.close();
              window.EventSource = Own;
            }
            """);
    assertEquals(
        List.of(
            "step 40 of 200 · epoch 2 of 10: 4",
            "step 60 of 200 · epoch 3 of 10: 3",
            "step 60 of 200 · epoch 3 of 10: 3",
            "step 101 of 200 · epoch 6 of 10: 0.5"),
        said);
  }

  @Test
  @Order(30)
  void shouldShowWhatCannotBeWrittenAsLongAsThatIsSo() {
    Object said =
        before(
            """
            (() => {
              window.full = true;
              return url => url.pathname.endsWith('/jobs/a-1')
                ? { id: 'a-1', status: 'running', ended: null, ...(full ? { warning: 'the disk is full' } : {}) }
                : { notices: [] };
            })()
            """,
            """
            const { Job } = await import('/ui/model/job.js');
            const job = new Job('a-1', 100, () => {}, () => {});
            job.view = { id: 'a-1', status: 'running', ended: null };
            const said = [];
            try {
              job.notice({ kind: 'disk', at: '1', notice: 'the disk is full' });
              await Promise.race([until(() => job.view.warning), new Promise(done => setTimeout(done, 2000))]);
              said.push(job.view.warning ?? 'nothing');
              window.full = false;
              job.notice({ kind: 'disk', at: '2', notice: 'the disk has room again' });
              await Promise.race([until(() => !job.view.warning), new Promise(done => setTimeout(done, 2000))]);
              return [...said, job.view.warning ?? 'nothing'];
            } finally {
              job.close();
            }
            """);
    assertEquals(List.of("the disk is full", "nothing"), said);
  }

  /** A browser's clock may be behind; a run that was resumed was away before. */
  @Test
  @Order(31)
  void shouldTellWhatRunsTookAndTheSpeedOfThoseThatCompute() {
    Object said =
        before(
            """
            (() => {
              const job = (id, status, more) => ({ id, status, submitted: '2026-11-26T18:00:00Z', started: '2026-11-26T18:00:00Z', ended: null, step: 1, ...more });
              const worker = (name, job) => ({ name, job, threads: 1, registered: '2026-11-26T18:00:00Z', samples_per_second: 100 });
              return url => url.pathname.endsWith('/workers')
                ? { parameters: [], workers: [worker('w1', 'a-3'), worker('w2', 'a-2'), worker('w3', null)] }
                : { next: null, jobs: [
                  job('a-3', 'running', { started: '9999-01-01T00:00:00Z' }), job('a-2', 'waiting'),
                  job('a-1', 'completed', { ended: '2026-11-27T18:00:00Z', seconds: 3.4 }),
                ] };
            })()
            """,
            """
            const { open } = await import('/ui/views/overview.js');
            const main = document.createElement('main');
            const view = open(main);
            try {
              await until(() => main.querySelector('tbody tr'));
              const cell = (first, title) => {
                const row = [...main.querySelectorAll('tbody tr')].find(each => each.querySelector('th').textContent === first);
                const titles = [...row.closest('table').querySelectorAll('thead th')].map(each => each.textContent);
                return row.children[titles.indexOf(title)].textContent;
              };
              return [main.querySelectorAll('.tile')[4].textContent, cell('a-3', 'Took'), cell('a-1', 'Took'), cell('w2', 'Speed'), cell('w3', 'Speed'), cell('w1', 'Speed')];
            } finally {
              view.close();
            }
            """);
    assertEquals(
        List.of(
            "Computing speed100 samples/s",
            "0 µs since its start",
            "3.4 s",
            "–",
            "–",
            "100 samples/s"),
        said);
  }

  @Test
  @Order(32)
  void shouldAskForNoStepsWhereNoneCame() {
    Object asked =
        before(
            """
            (() => {
              window.asked = [];
              window.step = 2;
              return url => {
                const what = url.pathname.split('/').at(-1);
                asked.push(what);
                if (what === 'jobs') return { jobs: [], next: null };
                if (what === 'timeline') return { steps: [] };
                if (what === 'series') return { steps: { step: [step - 1], train_loss: [1] }, epochs: {}, last_step: step - 1 };
                return { id: 'a-1', status: 'running', ended: null, step, epoch: 0 };
              };
            })()
            """,
            """
            const { open } = await import('/ui/views/compare.js');
            const { StepTime } = await import('/ui/job/step-time.js');
            const count = what => asked.filter(each => each === what).length;
            const comparison = open(document.createElement('main'), ['a-1']);
            const job = { id: 'a-1', hasEnded: false, timings: { latest: null, isEmpty: true } };
            const time = new StepTime(job);
            const counts = [];
            const ask = async () => {
              await comparison.ask();
              await time.ask();
              counts.push(`${count('series')} ${count('timeline')}`);
            };
            try {
              await until(() => comparison.found.has('a-1') && time.steps);
              await ask();
              window.step = 5;
              job.timings = { latest: { step: 4 }, isEmpty: true };
              await ask();
              await ask();
              job.hasEnded = true;
              await ask();
              await ask();
              return counts;
            } finally {
              comparison.close();
              time.close();
            }
            """);
    assertEquals(List.of("1 1", "2 2", "2 2", "2 3", "2 3"), asked);
  }

  // --- What it is like --------------------------------------------------------------------------

  @Test
  @Tag("slow")
  @Order(10)
  void shouldHaveNoBarriersInLightInDarkAndOnAPhone() throws Exception {
    String ended = cluster.submit(SmallJob.of(2).text());
    cluster.completed(ended);
    // On one worker: the browser needs a core for itself.
    String running = cluster.submit(SmallJob.of(1000).with("workers.max = 1").text());
    for (String view : List.of("jobs/" + running, "compare/" + ended + "/" + running, "")) {
      lookAt(view);
    }
    // The others are looked at while nothing is computed.
    cluster.cancel(running);
    for (String view : List.of("jobs/" + ended, "submit")) {
      lookAt(view);
    }
    wide();
  }

  /** The page is not loaded again where the system's colours change. */
  private static void lookAt(String view) {
    wide();
    browser.open(view);
    isShown(view);
    hasNoBarriers("light-", view);
    browser.prefer("dark");
    hasNoBarriers("dark-", view);
    browser.prefer("light");
    browser.resize(360, 800);
    browser.reload();
    isShown(view);
    hasNoBarriers("phone-", view);
  }

  private static void isShown(String view) {
    browser.find("h1");
    if (view.startsWith("jobs/")) {
      curve();
    }
  }

  private static void hasNoBarriers(String look, String view) {
    String where = look + view.replace('/', '-');
    browser.picture(where);
    assertEquals(List.of(), browser.barriers(), where);
    assertEquals(0, browser.tooWide(), where);
  }

  // --- What it keeps ----------------------------------------------------------------------------

  @Test
  @Order(11)
  void shouldKeepLongRunsInBoundedMemory() {
    Object kept =
        browser.evaluate(
            """
            const { Curves } = await import('/ui/model/curves.js');
            const curves = new Curves(500);
            for (let step = 0; step < 100000; step++) curves.step({ step, train_loss: step });
            const { x, mean, min, max } = curves.steps.get('train_loss');
            const isMean = mean.every((value, i) => value === (min[i] + max[i]) / 2);
            return [x.length <= 2000, x.length >= 1000, x.at(-1), min[0], max.at(-1), isMean];
            """);
    assertEquals(List.of(true, true, 99_999L, 0L, 99_999L, true), kept);
  }

  @Test
  @Order(12)
  void shouldReplaceStepsThatAreTakenAgain() {
    Object values =
        browser.evaluate(
            """
            const { Curves } = await import('/ui/model/curves.js');
            const curves = new Curves(500);
            curves.load({ steps: { step: [1, 3], train_loss: { mean: [4, 3], min: [4, 3], max: [4, 3] } },
                epochs: { epoch: [0], step: [3], train_loss: [3.5] }, last_step: 3 });
            for (const step of [4, 5, 6]) curves.step({ step, train_loss: 9 });
            curves.rollback({ to_step: 5 });
            curves.step({ step: 5, train_loss: null });
            curves.step({ step: 4, train_loss: 2 });
            return [curves.steps.get('train_loss').mean, curves.epochs.get('train_loss').mean, curves.lastStep];
            """);
    assertEquals(List.of(List.of(4L, 3L, 2L), List.of(3.5), 4L), values);
  }

  @Test
  @Order(15)
  void shouldGoOnWithWhatCameAfterTheAnswer() {
    Object values =
        browser.evaluate(
            """
            const { Curves } = await import('/ui/model/curves.js');
            const [answer, shown] = [new Curves(500), new Curves(500)];
            answer.load({ steps: { step: [1], train_loss: { mean: [4], min: [4], max: [4] } }, last_step: 1 });
            for (const step of [0, 1, 2]) shown.step({ step, train_loss: step });
            shown.epoch({ steps: 2, validation_loss: 7 });
            answer.extend(shown);
            return [answer.steps.get('train_loss').mean, answer.epochs.get('validation_loss').mean, answer.lastStep];
            """);
    assertEquals(List.of(List.of(4L, 2L), List.of(7L), 2L), values);
  }

  @Test
  @Order(16)
  void shouldNotTakeOldNoticesForNewOnes() {
    Object isNew =
        browser.evaluate(
            """
            const { Notices } = await import('/ui/model/notices.js');
            const notices = new Notices();
            const lost = at => ({ kind: 'worker-lost', at: String(at), notice: `lost ${at}` });
            notices.load([...Array(500).keys()].map(i => lost(800 - i)));
            return [notices.add(lost(300)), notices.add(lost(801)), notices.all.length];
            """);
    assertEquals(List.of(false, true, 500L), isNew);
  }

  @Test
  @Order(13)
  void shouldFoldCheckpointsAndTellNothingTwice() {
    Object told =
        browser.evaluate(
            """
            const { Notices } = await import('/ui/model/notices.js');
            const notices = new Notices();
            const checkpoint = at => ({ kind: 'checkpoint', at, notice: `checkpoint ${at}` });
            notices.load([checkpoint(2), checkpoint(1), { kind: 'worker-lost', at: 0, notice: 'lost' }]);
            const isNew = [notices.add(checkpoint(2)), notices.add(checkpoint(3))];
            return [...isNew, ...notices.all.map(notice => `${notice.notice} ${notice.earlier ?? 0}`)];
            """);
    assertEquals(List.of(false, true, "checkpoint 3 2", "lost 0"), told);
  }

  @Test
  @Order(14)
  void shouldSayFiguresAsPeopleReadThem() {
    Object said =
        browser.evaluate(
            """
            const f = await import('/ui/format.js');
            return [f.seconds(0.00042), f.seconds(0.0123), f.seconds(3.42), f.seconds(125), f.seconds(3840),
                f.bytes(999), f.bytes(12345678), f.rate(4305.4), f.percent(0.98402), f.figure(0.0613449),
                f.figure(1.5e-7), f.count(12000), f.figure(null),
                ...['2026-11-26T23:59:00', '2026-11-27T00:05:00'].map(now => f.clock('2026-11-26T00:04:07', Date.parse(now)))];
            """);
    assertEquals(
        List.of(
            "420 µs",
            "12.3 ms",
            "3.4 s",
            "2 min 05 s",
            "1 h 04 min",
            "999 B",
            "12.3 MB",
            "4,305 samples/s",
            "98.40 %",
            "0.06134",
            "1.50e-7",
            "12,000",
            "–",
            "00:04:07",
            "Nov 26, 2026, 00:04:07"),
        said);
  }
}
