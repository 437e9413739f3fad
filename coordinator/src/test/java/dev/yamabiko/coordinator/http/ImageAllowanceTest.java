package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an image in a request may take goes by the memory that there is, and by the clock. */
class ImageAllowanceTest {

  private static final long MIB = 1 << 20;

  private static ImageAllowance of(long memory, int atOnce) {
    return ImageAllowance.of(memory, atOnce, () -> {});
  }

  @ParameterizedTest
  @CsvSource({
    // At 16 bytes for each pixel they fill a quarter of the memory.
    "1024, 1, 4096, 4096",
    "8192, 1, 4096, 4096",
    "256, 1, 2048, 2048",
    "1024, 4, 2048, 2048",
    "1024, 1, 512, 32768"
  })
  void shouldTakeWhatAQuarterOfTheMemoryHolds(long mebibytes, int atOnce, int height, int width) {
    ImageAllowance allowance = of(mebibytes * MIB, atOnce);
    assertDoesNotThrow(() -> allowance.sized(height, width));
    assertThrows(ProblemException.class, () -> allowance.sized(height + 1, width));
    assertThrows(ProblemException.class, () -> allowance.sized(height, width + 1));
  }

  private static String refused(ImageAllowance allowance, int height, int width) {
    Problem problem =
        assertThrows(ProblemException.class, () -> allowance.sized(height, width)).problem();
    assertEquals(StatusCodes.CONTENT_TOO_LARGE, problem.status());
    return problem.detail();
  }

  @Test
  void shouldSayWhatIsTooLargeAndWhy() {
    assertEquals(
        "expected an image of at most 16777216 pixels but its header says 5000x4000 (height x width)",
        refused(of(4096 * MIB, 1), 5000, 4000));
    assertEquals(
        "expected an image of at most 4194304 pixels, for which this coordinator has the memory, but its header says 3000x4000 (height x width)",
        refused(of(256 * MIB, 1), 3000, 4000));
    assertEquals(
        "expected an image of at most 32768 pixels to a side but its header says 1x32769 (height x width)",
        refused(of(4096 * MIB, 1), 1, 32769));
  }

  /** Whatever ends it comes through as it is, in the middle of the image. */
  @Test
  void shouldEndADecodingByTheClock() throws IOException {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY), "png", image);
    DataSource.Images photos =
        new DataSource.Images(
            Path.of("photos"), Optional.of(new DataSource.ImageSize(8, 8)), DataSource.Colour.GREY);
    ModelInputs inputs = new ModelInputs(photos, Shape.of(1, 8, 8), List.of(), List.of());
    ProblemException late = Problem.unavailable("too long").exception();
    AtomicInteger asked = new AtomicInteger();
    Runnable clock =
        () -> {
          if (asked.incrementAndGet() > 20) {
            throw late;
          }
        };
    AtomicInteger accepted = new AtomicInteger();
    GivenInputs given =
        new GivenInputs(
            inputs,
            (origin, input) -> accepted.incrementAndGet(),
            ImageAllowance.of(1024 * MIB, 1, clock));
    byte[] content = image.toByteArray();
    assertSame(late, assertThrows(ProblemException.class, () -> given.read("image/png", content)));
    assertEquals(21, asked.get());
    assertEquals(0, accepted.get());
    asked.set(-1000);
    given.read("image/png", content);
    assertEquals(1, accepted.get());
  }
}
