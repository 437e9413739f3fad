package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests by Maven only where nobody required them. */
class MavenIT {

  @Test
  void shouldBeInstalledWhereRequired() {
    assumeTrue(Required.here().holds(Required.MAVEN), "-Drequired=maven is not given");
    assertTrue(
        OutsideProject.hasMaven(), "-Drequired=maven is given, but " + OutsideProject.NO_MAVEN);
  }
}
