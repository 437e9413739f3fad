package dev.yamabiko.simulation;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.step.StepPlan;
import java.nio.file.Path;
import java.util.List;

/**
 * Small jobs, of some ten thousand parameters and two epochs, that differ in what state they have.
 */
enum SimulatedJob {
  /** Six steps an epoch; the last batch is one example, and all but one of its shards are empty. */
  MOMENTUM(
      """
      data.train.builtin { name = spirals, examples = 41, seed = 3 }
      data.validation.builtin { name = spirals, examples = 260, seed = 4 }
      model = [ { dense { units = 60 } }, tanh, { dense { units = 140 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
      batch-size = 8, shards = 8
      """),
  /** The update waits for the norm over all slices. */
  CLIPPED(
      """
      data.train.builtin { name = spirals, examples = 48, seed = 3 }
      data.validation.builtin { name = spirals, examples = 30, seed = 4 }
      model = [ { dense { units = 60 } }, relu, { dropout { rate = 0.2 } }, { dense { units = 140 } }, relu,
                { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { adam { learning-rate = 0.01 } }
      clipping { global-norm = 0.5 }
      batch-size = 6, shards = 5
      """),
  /** Buffers beside the gradient; the best epoch's weights at the end. */
  NORMALISED(
      """
      data.train.builtin { name = spirals, examples = 48, seed = 3 }
      data.validation.builtin { name = spirals, examples = 30, seed = 4 }
      model = [ { dense { units = 60 } }, batch-norm, relu, { dense { units = 140 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
      batch-size = 8, shards = 4
      checkpoint.best = validation-loss
      """),
  /** Two bytes for each parameter, four for each buffer behind them. */
  ROUNDED(
      """
      data.train.builtin { name = spirals, examples = 48, seed = 3 }
      data.validation.builtin { name = spirals, examples = 30, seed = 4 }
      model = [ { dense { units = 60 } }, batch-norm, relu, { dense { units = 140 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
      communication { gradients = bfloat16, weights = bfloat16 }
      batch-size = 8, shards = 4
      """),
  /** Overflows, and goes back three times: a step, to where it is, and from there further. */
  DIVERGING(
      """
      data.train.builtin { name = sine, examples = 64, seed = 4 }
      data.validation.builtin { name = sine, examples = 40, seed = 5 }
      model = [ { dense { units = 60 } }, { dense { units = 140 } }, { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer { sgd { learning-rate = 0.003 } }
      batch-size = 8, shards = 4
      on-divergence { rollback { factor = 0.1 } }
      """),
  /** Waits where it has only one worker. */
  TOGETHER(
      """
      data.train.builtin { name = spirals, examples = 48, seed = 3 }
      data.validation.builtin { name = spirals, examples = 30, seed = 4 }
      model = [ { dense { units = 60 } }, relu, { dense { units = 140 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
      batch-size = 8, shards = 6
      workers { min = 2 }
      """);

  private final CheckedJob checked;
  private final StepPlan plan;

  SimulatedJob(String text) {
    String whole = "name = simulated, seed = 5, epochs = 2\ncheckpoint.every-steps = 3\n" + text;
    checked = CheckedJob.of(JobFile.parse(whole, "simulated.conf", Path.of(""), List.of()));
    plan = checked.plan(1).steps();
  }

  CheckedJob checked() {
    return checked;
  }

  StepPlan plan() {
    return plan;
  }

  int steps() {
    return (int) plan.steps();
  }

  /** How many workers it takes at least. */
  int least() {
    return checked.job().workers().least();
  }

  int mostSlices() {
    return 3;
  }
}
