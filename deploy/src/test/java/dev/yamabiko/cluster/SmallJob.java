package dev.yamabiko.cluster;

import java.util.List;

/**
 * A job of many short steps, so that faults fall into the middle of a run that does not take long.
 * Two slices with two workers or more, eight shards, 20 steps an epoch.
 */
record SmallJob(int epochs, String more) {

  /** What of a result must not depend on who computed it. */
  static final List<String> RESULTS =
      List.of(
          "weights_sha256",
          "data_sha256",
          "samples_applied",
          "ledger",
          "steps",
          "train_loss",
          "validation_loss",
          "validation_accuracy",
          "evaluation");

  static SmallJob of(int epochs) {
    return new SmallJob(epochs, "");
  }

  /** With these lines as well. */
  SmallJob with(String lines) {
    return new SmallJob(epochs, more + lines + "\n");
  }

  int stepsPerEpoch() {
    return 20;
  }

  int steps() {
    return stepsPerEpoch() * epochs;
  }

  String text() {
    return """
        name = small
        data.train { builtin { name = digits, examples = 1270 } }
        data.validation { builtin { name = digits, examples = 200, seed = 7 } }
        model = [
          { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
          { dense { units = 32 } }, relu, { dropout { rate = 0.2 } }, { dense { units = 10 } }
        ]
        loss = softmax-cross-entropy
        optimizer { sgd { learning-rate = 0.02, momentum = 0.9 } }
        batch-size = 64
        shards = 8
        epochs = %d
        %s
        """
        .formatted(epochs, more);
  }
}
