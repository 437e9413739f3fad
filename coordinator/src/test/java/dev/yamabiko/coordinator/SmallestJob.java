package dev.yamabiko.coordinator;

/** The text of a job of two steps, for tests that do not care what is trained. */
public final class SmallestJob {

  private SmallestJob() {}

  public static String named(String name) {
    return """
        name = %s
        data.train.builtin { name = sine, examples = 8 }
        model = [ { dense { units = 1 } } ]
        loss = half-squared-error, optimizer = sgd
        batch-size = 4, shards = 4, epochs = 1
        """
        .formatted(name);
  }
}
