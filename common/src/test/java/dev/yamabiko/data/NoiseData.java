package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;

/** Examples of random numbers, each a pure function of (seed, index): for tests of arithmetic. */
public record NoiseData(int size, Shape inputShape, Targets targets, long seed) implements Dataset {

  public static NoiseData classes(int size, Shape inputShape, int classes, long seed) {
    return new NoiseData(size, inputShape, Targets.Classes.numbered(classes), seed);
  }

  private Philox random(int index, int part) {
    return Philox.stream(seed, Philox.Purpose.GENERATE, part, 0, index);
  }

  @Override
  public void readInput(int index, float[] into, int at) {
    Philox random = random(index, 0);
    for (int i = 0; i < inputShape.size(); i++) {
      into[at + i] = (float) random.nextGaussian();
    }
  }

  @Override
  public void readTarget(int index, float[] into, int at) {
    Philox random = random(index, 1);
    for (int i = 0; i < targets.width(); i++) {
      into[at + i] =
          targets instanceof Targets.Classes classes
              ? random.nextInt(classes.count())
              : (float) random.nextGaussian();
    }
  }
}
