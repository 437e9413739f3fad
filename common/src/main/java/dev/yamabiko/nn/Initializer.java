package dev.yamabiko.nn;

import dev.yamabiko.tensor.Philox;

/**
 * How a parameter begins. Value i is drawn from the stream (seed, INITIALIZE, parameter number).
 */
public enum Initializer {
  /** Normal with variance 2 / fanIn: He, Zhang, Ren and Sun, ICCV 2015. */
  HE("he") {
    @Override
    float draw(Philox random, Parameter p) {
      return (float) (random.nextGaussian() * Math.sqrt(2.0 / p.fanIn()));
    }
  },
  /** Uniform in +-sqrt(6 / (fanIn + fanOut)): Glorot and Bengio, AISTATS 2010. */
  GLOROT("glorot") {
    @Override
    float draw(Philox random, Parameter p) {
      double limit = Math.sqrt(6.0 / (p.fanIn() + (double) p.fanOut()));
      return (float) ((2 * random.nextDouble() - 1) * limit);
    }
  },
  ZEROS("zeros") {
    @Override
    float draw(Philox random, Parameter p) {
      return 0;
    }
  },
  ONES("ones") {
    @Override
    float draw(Philox random, Parameter p) {
      return 1;
    }
  };

  private final String key;

  Initializer(String key) {
    this.key = key;
  }

  /** As job files spell it. */
  public String key() {
    return key;
  }

  abstract float draw(Philox random, Parameter p);

  void fill(Philox random, Parameter p, float[] weights, int at) {
    for (int i = 0; i < p.size(); i++) {
      weights[at + i] = draw(random, p);
    }
  }
}
