package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RequiredTest {

  @Test
  void shouldReadListOfNames() {
    assertEquals(Set.of("docker", "browser"), Required.parse("docker, browser").names());
    assertEquals(Set.of("maven", "onnx"), Required.parse("onnx,maven,").names());
    assertEquals(Set.of(), Required.parse("").names());
  }

  @Test
  void shouldRefuseNameThatNoTestAsksFor() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Required.parse("dcoker"));
    assertEquals(
        "-Drequired expects names out of docker, browser, onnx, maven but got dcoker",
        e.getMessage());
  }
}
