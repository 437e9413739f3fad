package dev.yamabiko.data;

/** Takes inputs one after the other. */
public interface InputSink {

  /**
   * @param input as the model sees it; written over after the call
   */
  void accept(InputOrigin origin, float[] input);
}
