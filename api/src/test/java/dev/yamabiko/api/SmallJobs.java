package dev.yamabiko.api;

/** Jobs that train in a moment. */
final class SmallJobs {

  /** 20 steps in each of 3 epochs. */
  static final String SPIRALS =
      """
      name = spirals, seed = 3
      data.train.builtin { name = spirals, examples = 320, seed = 4 }
      data.validation.builtin { name = spirals, examples = 60, seed = 5 }
      model = [ { dense { units = 16 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { adam { learning-rate = 0.02 } }
      batch-size = 16, shards = 4, epochs = 3
      """;

  /** So many steps that it does not end before somebody ends it. */
  static final String ENDLESS = SPIRALS + "epochs = 100000";

  private SmallJobs() {}
}
