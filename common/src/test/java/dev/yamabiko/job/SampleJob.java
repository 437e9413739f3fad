package dev.yamabiko.job;

import java.util.ArrayList;
import java.util.List;

/** The smallest job, one key on each line, to be changed line by line. */
final class SampleJob {

  /** The keys of a job, as messages list them. */
  static final String KEYS =
      "name, seed, data, model, freeze, warm-start, loss, optimizer, schedule, clipping,"
          + " communication, batch-size, shards, epochs, checkpoint, early-stopping, on-divergence,"
          + " workers, tensorboard, extensions, sweep";

  private SampleJob() {}

  private static final List<String> LINES =
      List.of(
          "data { train { builtin { name = sine, examples = 100 } } }",
          "model = [ { dense { units = 1 } } ]",
          "loss = half-squared-error",
          "optimizer = sgd",
          "batch-size = 16",
          "epochs = 2");

  /**
   * Each given line takes the place of the one with its key; lines with other keys, or with a key a
   * second time, come after the six usual ones.
   */
  static String with(String... lines) {
    List<String> job = new ArrayList<>(LINES);
    for (String line : lines) {
      int at = -1;
      for (int i = 0; i < LINES.size(); i++) {
        boolean untouched = job.get(i).equals(LINES.get(i));
        at = untouched && key(LINES.get(i)).equals(key(line)) ? i : at;
      }
      if (at < 0) {
        job.add(line);
      } else {
        job.set(at, line);
      }
    }
    return String.join("\n", job) + "\n";
  }

  private static String key(String line) {
    return line.replaceFirst("(?s)^data\\.train.*", "data").split("[ ={]", 2)[0];
  }
}
