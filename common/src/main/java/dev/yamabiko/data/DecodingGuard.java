package dev.yamabiko.data;

/**
 * Has a say while an image is decoded that a stranger has sent: that may take far more memory and
 * time than the file's length tells. What either method throws ends the decoding and is passed on
 * as it is.
 */
public interface DecodingGuard {

  /** Whoever decodes files of his own waits for them. */
  DecodingGuard NONE =
      new DecodingGuard() {
        @Override
        public void sized(int height, int width) {}

        @Override
        public void goesOn() {}
      };

  /** What the header says, before anything is decoded; in pixels. */
  void sized(int height, int width);

  /**
   * With every part of the file that is read, and with every row that is decoded: of a JPEG in
   * several scans that is all rows for each scan.
   */
  void goesOn();
}
