package dev.yamabiko.job;

/** The job may be right, but this JVM's heap is too small for it. */
public final class HeapException extends JobException {
  private static final long serialVersionUID = 1L;

  HeapException(String message) {
    super(message);
  }
}
