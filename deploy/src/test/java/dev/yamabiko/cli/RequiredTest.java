package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
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
        "-Drequired expects names out of docker, browser, onnx, maven, curl, zsh but got dcoker",
        e.getMessage());
  }

  @Test
  void shouldWaitForWhatIsRequiredAndForNothingElse() {
    AtomicInteger looks = new AtomicInteger();
    BooleanSupplier thirdTime = () -> looks.incrementAndGet() == 3;
    new Required(Set.of("docker")).await("browser", thirdTime);
    assertEquals(0, looks.get());
    new Required(Set.of("docker")).await("docker", thirdTime);
    assertEquals(3, looks.get());
  }
}
