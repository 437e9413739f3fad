package dev.yamabiko.cluster;

import dev.yamabiko.cli.Required;
import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests in a browser only where nobody required them. */
class BrowserIT {

  @Test
  void shouldBeInstalledWhereRequired() {
    Required.check(Required.BROWSER, Browser::isInstalled, Browser.NO_BROWSER);
  }
}
