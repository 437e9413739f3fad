package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** Keeps a build green that skips its tests in ONNX Runtime only where nobody required them. */
class OnnxRuntimeIT {

  @Test
  void shouldBeLoadedWhereRequired() {
    assumeTrue(Required.here().holds(Required.ONNX), "-Drequired=onnx is not given");
    assertTrue(
        OnnxSession.canBeLoaded(), "-Drequired=onnx is given, but " + OnnxSession.NO_RUNTIME);
  }
}
