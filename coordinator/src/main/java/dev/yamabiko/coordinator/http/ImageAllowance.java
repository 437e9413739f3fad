package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.DecodingGuard;

/**
 * The memory and the time that an image in a request may take, whose body tells little of both: a
 * few kilobytes can be an image of gigabytes, or one that is decoded for hours.
 *
 * @param mostPixels of one image
 * @param clock asked while it is decoded; ends that by what it throws
 */
record ImageAllowance(long mostPixels, Runnable clock) implements DecodingGuard {

  /** 16 megapixels, more than a model looks at; a JPEG's own memory is not even the heap's. */
  private static final long MOST_PIXELS = 1 << 24;

  /** While it is read, each pixel of one row takes some 30 bytes more. */
  private static final int LONGEST_SIDE = 1 << 15;

  /** Of the memory, for the images that are decoded at the same time. */
  private static final int PART = 4;

  /**
   * Of samples of 16 bits with transparency 8 are the decoded image's, and up to 3 what a model may
   * see of it; the rest is for the file.
   */
  private static final int BYTES_PER_PIXEL = 16;

  /**
   * @param memory of the JVM, in bytes
   * @param atOnce how many images are decoded at the same time
   */
  static ImageAllowance of(long memory, int atOnce, Runnable clock) {
    return new ImageAllowance(
        Math.min(MOST_PIXELS, memory / PART / atOnce / BYTES_PER_PIXEL), clock);
  }

  @Override
  public void sized(int height, int width) {
    if (Math.max(height, width) > LONGEST_SIDE) {
      throw tooLarge(LONGEST_SIDE + " pixels to a side", height, width);
    }
    if (Math.multiplyFull(height, width) > mostPixels) {
      String memory =
          mostPixels < MOST_PIXELS ? ", for which this coordinator has the memory," : "";
      throw tooLarge(mostPixels + " pixels" + memory, height, width);
    }
  }

  private static ProblemException tooLarge(String most, int height, int width) {
    return Problem.tooLarge(
            "expected an image of at most %s but its header says %dx%d (height x width)"
                .formatted(most, height, width))
        .exception();
  }

  @Override
  public void goesOn() {
    clock.run();
  }
}
