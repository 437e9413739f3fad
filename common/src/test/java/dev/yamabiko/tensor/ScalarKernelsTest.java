package dev.yamabiko.tensor;

class ScalarKernelsTest extends KernelsContract {
  ScalarKernelsTest() {
    super(new ScalarKernels(), new NaiveKernels());
  }
}
