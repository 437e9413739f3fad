package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.TokensFiles;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The dashboard in a browser, before a coordinator that asks who one is. */
@EnabledIf(value = "dev.yamabiko.cluster.Browser#isInstalled", disabledReason = Browser.NO_BROWSER)
@Timeout(600)
class LoginIT {

  @TempDir private Path directory;
  private final String token = Token.random();
  private final String readersToken = Token.random();
  private final String othersToken = Token.random();
  private CoordinatorNode coordinator;
  private Browser browser;

  @BeforeEach
  void start() throws Exception {
    Path file = directory.resolve("tokens.conf");
    TokensFiles.write(
        file,
        Token.of("ann", Role.SUBMIT, token),
        Token.of("bob", Role.READ, readersToken),
        Token.of("carl", Role.SUBMIT, othersToken));
    coordinator = LocalCluster.coordinator(directory, file);
    browser = new Browser("http://127.0.0.1:" + coordinator.httpAddress().getPort(), directory);
    browser.resize(1000, 700);
  }

  @AfterEach
  void end() {
    if (browser != null) {
      browser.close();
    }
    coordinator.close();
  }

  @Test
  void shouldShowNothingBeforeSomebodyHasLoggedInAndAllToThem() {
    browser.open("submit");
    browser.open("");
    browser.find("h1", "Log in");
    browser.await("the keyboard in the field", () -> focused().equals("token"));
    assertEquals(List.of(), browser.barriers());
    browser.picture("log-in");
    browser.find("#token").sendKeys("wrong" + Keys.ENTER);
    browser.find("[role=alert]", "the coordinator does not know this token");
    assertEquals(List.of(), browser.barriers());

    browser.find("#token").sendKeys(token + Keys.ENTER);
    browser.find("h1", "Overview");
    browser.find("#who-name", "ann, submit");
    assertEquals(List.of(), browser.barriers());
    assertEquals("", browser.evaluate("return document.cookie"));
    browser.reload();
    browser.find("#who-name", "ann, submit");

    browser.open("submit");
    browser.write("textarea", SmallJob.of(1).text());
    browser.click("button", "Submit");
    browser.find("h1", "small-1");
    // Its events come with the cookie, too.
    assertEquals(
        200L,
        browser.evaluate(
            """
            const end = new AbortController();
            const { status } = await fetch('/api/v1/jobs/small-1/events', { signal: end.signal });
            end.abort();
            return status;
            """));
    browser.click("button", "Cancel");
    browser.find(".pill", "cancelled");
    browser.find("button", "Resume");
    assertTrue(shownForSubmitters().contains("Submit"), shownForSubmitters().toString());

    browser.click("button", "Log out");
    browser.find("h1", "Log in");
    browser.reload();
    browser.find("h1", "Log in");
    assertEquals("", browser.text("#who-name"));

    browser.find("#token").sendKeys(othersToken + Keys.ENTER);
    browser.find("#who-name", "carl, submit");
    browser.open("jobs/small-1");
    browser.find(".pill", "cancelled");
    browser.find(".about", "submitted by ann");
    // Another's job is not for him to steer, wherever it stands.
    assertEquals(List.of("Submit", "Submit one like it"), shownForSubmitters());
    browser.picture("job-of-another");
    browser.open("");
    browser.find("th a", "small-1");
    assertEquals(List.of("Submit", "Submit a job"), shownForSubmitters());
    browser.click("button", "Log out");
    browser.find("h1", "Log in");

    browser.find("#token").sendKeys(readersToken + Keys.ENTER);
    browser.find("#who-name", "bob, read");
    browser.open("jobs/small-1");
    browser.find(".pill", "cancelled");
    browser.find("h2", "Job file");
    // Steering, models, trying them and submitting are for others.
    assertEquals(List.of(), shownForSubmitters());
    assertEquals(List.of(), browser.barriers());
    List<String> complaints = browser.complaints();
    // The browser itself complains of every answer that is no success; a job that waits has no
    // layers yet.
    complaints.removeIf(
        line -> line.contains("401 (Unauthorized)") || line.contains("409 (Conflict)"));
    assertTrue(complaints.isEmpty(), complaints.toString());
  }

  private List<?> shownForSubmitters() {
    return (List<?>)
        browser.evaluate(
            """
            return [...document.querySelectorAll('.submits')]
              .filter(element => element.checkVisibility()).map(element => element.textContent);
            """);
  }

  private String focused() {
    return (String) browser.evaluate("return document.activeElement.id");
  }
}
