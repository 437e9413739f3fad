package dev.yamabiko.wire;

/** Floats of one frame, in one of the formats in which they travel. */
sealed interface Floats permits FloatRun, Bfloat16Run {

  int length();

  int bytes();

  void copyTo(float[] target, int at);
}
