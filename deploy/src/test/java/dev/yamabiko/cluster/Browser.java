package dev.yamabiko.cluster;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.cli.Required;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A Chromium without a window, with a profile of its own, that looks at one page. It remembers
 * which hosts the page asked and what went wrong in it. Pictures of the page lie in {@code
 * target/page}.
 */
final class Browser implements AutoCloseable {

  static final String NO_BROWSER = "there is no chromium with a chromedriver on the PATH";

  private static final Path PICTURES = Path.of("target", "page");
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final int MOST_HEIGHT = 6000;

  /**
   * Tells each time that it has no bindings to this browser's version, which nothing here asks for.
   */
  private static final Logger BINDINGS =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url;
  private final Path downloads;
  private final ChromeDriver driver;
  private final Set<String> requested = new TreeSet<>();
  private final List<String> complaints = new ArrayList<>();

  /**
   * @param url of the page
   * @param directory for its profile and what it downloads
   */
  Browser(String url, Path directory) throws IOException {
    this.url = url;
    downloads = Files.createDirectories(directory.resolve("downloads")).toAbsolutePath();
    Files.createDirectories(PICTURES);
    BINDINGS.setLevel(Level.OFF);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").orElseThrow())
            .usingAnyFreePort()
            .withLogFile(directory.resolve("chromedriver.log").toFile())
            .build();
    driver = new ChromeDriver(service, options(directory.resolve("profile").toAbsolutePath()));
    driver.executeCdpCommand(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", downloads.toString()));
  }

  static boolean isInstalled() {
    Required.here().await(Required.BROWSER, Browser::isThere);
    return isThere();
  }

  private static boolean isThere() {
    return program("chromium").isPresent() && program("chromedriver").isPresent();
  }

  private static Optional<File> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> new File(directory, name))
        .filter(File::canExecute)
        .findFirst();
  }

  private static ChromeOptions options(Path profile) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program("chromium").orElseThrow());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    options.setExperimentalOption(
        "perfLoggingPrefs", Map.of("enableNetwork", true, "enablePage", false));
    return options;
  }

  // --- Looking and doing ------------------------------------------------------------------------

  /** One of the page's views, by what its address has behind {@code #}. */
  void open(String view) {
    driver.get(url + "/#/" + view);
  }

  void reload() {
    driver.navigate().refresh();
  }

  String address() {
    return driver.getCurrentUrl();
  }

  /** The only shown element like this, once it is there. */
  WebElement find(String css, String text) {
    return await(
        "%s \"%s\"".formatted(css, text),
        () ->
            driver.findElements(By.cssSelector(css)).stream()
                .filter(element -> element.isDisplayed() && element.getText().contains(text))
                .findFirst()
                .orElse(null));
  }

  WebElement find(String css) {
    return find(css, "");
  }

  void click(String css, String text) {
    find(css, text).click();
  }

  /** Writes into a field, in place of what it holds. */
  void write(String css, String text) {
    WebElement field = find(css);
    field.clear();
    field.sendKeys(text);
  }

  /**
   * Draws a stroke with the mouse.
   *
   * @param points in parts of the element's width and height
   */
  void draw(String css, double[]... points) {
    WebElement pad = find(css);
    // Scrolled to first: a pen outside the window draws nothing.
    driver.executeScript("arguments[0].scrollIntoView({ block: 'center' })", pad);
    Dimension size = pad.getSize();
    Actions actions = new Actions(driver, Duration.ofMillis(10));
    for (int i = 0; i < points.length; i++) {
      int x = (int) ((points[i][0] - 0.5) * size.width);
      int y = (int) ((points[i][1] - 0.5) * size.height);
      actions.moveToElement(pad, x, y);
      if (i == 0) {
        actions.clickAndHold();
      }
    }
    actions.release().perform();
  }

  /** What is shown of an element; empty where there is none. */
  String text(String css) {
    return driver.findElements(By.cssSelector(css)).stream()
        .filter(WebElement::isDisplayed)
        .findFirst()
        .map(WebElement::getText)
        .orElse("");
  }

  /** The sentence that stands for a chart's picture. */
  String chart(String title) {
    return find("figure[aria-label='%s'] [role=img]".formatted(title)).getAttribute("aria-label");
  }

  /** What the page's scripts say of a promise. */
  Object evaluate(String asynchronous) {
    return driver.executeAsyncScript(
        "const done = arguments[arguments.length - 1];(async () => {%s})().then(done, e => done(String(e)))"
            .formatted(asynchronous));
  }

  <T> T await(String what, Supplier<T> found) {
    return await(what, SOON, found);
  }

  /** Until it is neither null nor false. */
  <T> T await(String what, Duration limit, Supplier<T> found) {
    try {
      return new WebDriverWait(driver, limit, Duration.ofMillis(50))
          .ignoring(StaleElementReferenceException.class)
          .withMessage(what)
          .until(page -> found.get());
    } catch (TimeoutException e) {
      picture("failed");
      throw new AssertionError(
          "waited too long for %s at %s: %s".formatted(what, address(), text("main")), e);
    }
  }

  /** A finished download. */
  Path downloaded(String name) {
    Path file = downloads.resolve(name);
    await("download of " + name, () -> Files.exists(file));
    return file;
  }

  // --- How it is shown --------------------------------------------------------------------------

  void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** As if another tab were before the page, {@code hidden}, or no longer, {@code visible}. */
  void become(String visibility) {
    driver.executeScript(
        "Object.defineProperty(document, 'visibilityState',"
            + " { value: arguments[0], configurable: true });"
            + "document.dispatchEvent(new Event('visibilitychange'));",
        visibility);
  }

  /** What the system prefers, {@code light} or {@code dark}. */
  void prefer(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** By how many pixels the page is wider than its window. */
  long tooWide() {
    return (long)
        driver.executeScript(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
  }

  /** The whole page, {@code target/page/NAME.png}. */
  void picture(String name) {
    try {
      Map<?, ?> size =
          (Map<?, ?>)
              driver.executeScript(
                  "const e = document.documentElement;"
                      + "return {width: e.clientWidth, height: e.scrollHeight}");
      Object height = Math.min(MOST_HEIGHT, ((Number) size.get("height")).intValue());
      Map<String, Object> clip =
          Map.of("x", 0, "y", 0, "width", size.get("width"), "height", height, "scale", 1);
      Map<String, Object> shot =
          driver.executeCdpCommand(
              "Page.captureScreenshot",
              Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
      Files.write(
          PICTURES.resolve(name + ".png"), Base64.getDecoder().decode((String) shot.get("data")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What axe finds serious or critical in what is shown, a line each. Of a page without frames in
   * one run: else axe carries all that it has seen, rule by rule, to another window and back.
   */
  @SuppressWarnings("deprecation")
  List<String> barriers() {
    AxeBuilder axe = new AxeBuilder().setLegacyMode();
    axe.setOptions("{\"resultTypes\": [\"violations\"]}");
    List<Rule> violations = axe.analyze(driver).getViolations();
    return violations.stream()
        .filter(rule -> Set.of("serious", "critical").contains(rule.getImpact()))
        .map(
            rule ->
                "%s: %s %s"
                    .formatted(
                        rule.getId(),
                        rule.getHelp(),
                        rule.getNodes().stream().map(node -> node.getHtml()).toList()))
        .toList();
  }

  // --- What it did ------------------------------------------------------------------------------

  /** The hosts, with ports, that the page has asked for anything. */
  Set<String> requestedHosts() {
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      // By far the most are events that came, with all they hold.
      if (!entry.getMessage().contains("\"Network.requestWillBeSent\"")) {
        continue;
      }
      try {
        JsonNode message = JSON.readTree(entry.getMessage()).path("message");
        String asked = message.path("params").path("request").path("url").asText();
        if (asked.matches("(http|ws)s?:.*")) {
          requested.add(URI.create(asked.replaceFirst("[?#].*", "")).getAuthority());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return requested;
  }

  /** Errors and warnings on the console: exceptions, policy violations, requests that failed. */
  List<String> complaints() {
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        complaints.add(entry.getMessage());
      }
    }
    return complaints;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
