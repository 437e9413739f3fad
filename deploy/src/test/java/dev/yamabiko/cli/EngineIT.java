package dev.yamabiko.cli;

import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests in containers only where nobody required them. */
class EngineIT {

  @Test
  void shouldAnswerWhereRequired() {
    Required.check(Required.DOCKER, ContainerCluster::engineAnswers, ContainerCluster.NO_ENGINE);
  }
}
