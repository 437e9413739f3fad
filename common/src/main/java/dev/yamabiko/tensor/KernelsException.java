package dev.yamabiko.tensor;

/** This JVM has no kernels such as are asked for. The message is for the user. */
public final class KernelsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KernelsException(String message) {
    super(message);
  }
}
