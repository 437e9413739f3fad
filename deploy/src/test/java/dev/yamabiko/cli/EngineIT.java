package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests in containers only where nobody required them. */
class EngineIT {

  @Test
  void shouldAnswerWhereRequired() {
    assumeTrue(Required.here().holds(Required.DOCKER), "-Drequired=docker is not given");
    assertTrue(
        ContainerCluster.engineAnswers(),
        "-Drequired=docker is given, but " + ContainerCluster.NO_ENGINE);
  }
}
