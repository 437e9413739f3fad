package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.yamabiko.cli.Required;
import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests in a browser only where nobody required them. */
class BrowserIT {

  @Test
  void shouldBeInstalledWhereRequired() {
    assumeTrue(Required.here().holds(Required.BROWSER), "-Drequired=browser is not given");
    assertTrue(Browser.isInstalled(), "-Drequired=browser is given, but " + Browser.NO_BROWSER);
  }
}
