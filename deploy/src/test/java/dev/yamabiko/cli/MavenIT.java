package dev.yamabiko.cli;

import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests by Maven only where nobody required them. */
class MavenIT {

  @Test
  void shouldBeInstalledWhereRequired() {
    Required.check(Required.MAVEN, OutsideProject::hasMaven, OutsideProject.NO_MAVEN);
  }
}
