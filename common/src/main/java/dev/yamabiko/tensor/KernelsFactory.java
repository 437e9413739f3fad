package dev.yamabiko.tensor;

/** Makes the fastest kernels that this JVM can run. */
public final class KernelsFactory {
  private KernelsFactory() {}
}
