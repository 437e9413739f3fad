package dev.yamabiko.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small job of random model, optimizer, shards, dropout, batch-norm, schedule and number format.
 *
 * @param resumed whether it is cancelled while it runs, and then resumed
 */
record SoakJob(String name, String text, boolean resumed) {

  static SoakJob random(int number, Random random) {
    String name = "soak-" + number;
    int batch = 16 * (1 + random.nextInt(4));
    int shards = 1 + random.nextInt(Math.min(8, batch / 8));
    int epochs = 6 + random.nextInt(10);
    String text =
        """
        name = %s
        seed = %d
        data.train { builtin { name = digits, examples = %d } }
        data.validation { builtin { name = digits, examples = 100, seed = 7 } }
        model = [ %s ]
        loss = softmax-cross-entropy
        optimizer { %s }
        schedule { %s }
        communication { gradients = %s, weights = %s }
        %s
        batch-size = %d
        shards = %d
        epochs = %d
        checkpoint { every-steps = %d, keep = 2 }
        """
            .formatted(
                name,
                1 + random.nextInt(1000),
                400 + random.nextInt(900),
                String.join(", ", layers(random, batch / shards)),
                of(
                    random,
                    "sgd { learning-rate = 0.02, momentum = 0.9 }",
                    "adam { learning-rate = 0.002 }",
                    "adamw { learning-rate = 0.002 }",
                    "rmsprop { learning-rate = 0.001 }"),
                of(random, "constant {}", "cosine { warm-up-steps = 5 }"),
                of(random, "float32", "float32", "bfloat16"),
                of(random, "float32", "float32", "bfloat16"),
                of(random, "", "clipping { global-norm = 1 }"),
                batch,
                shards,
                epochs,
                10 + random.nextInt(30));
    return new SoakJob(name, text, random.nextInt(5) == 0);
  }

  private static List<String> layers(Random random, int examplesPerShard) {
    // A value per channel and shard would be too few, and the last batch may be short.
    String normalized = random.nextInt(3) == 0 && examplesPerShard >= 8 ? "layer-norm" : "relu";
    List<String> layers = new ArrayList<>();
    if (random.nextBoolean()) {
      layers.add("{ conv2d { filters = %d, kernel = 3 } }".formatted(2 + random.nextInt(6)));
      // Over the pixels of an image there are values enough, however short the last batch is.
      layers.add(of(random, "batch-norm", "relu"));
      layers.add("relu");
      layers.add("{ max-pool { size = 2 } }");
    }
    layers.add("flatten");
    layers.add("{ dense { units = %d } }".formatted(8 + random.nextInt(40)));
    layers.add(normalized);
    layers.add(of(random, "relu", "gelu", "tanh"));
    if (random.nextBoolean()) {
      layers.add("{ dropout { rate = 0.2 } }");
    }
    layers.add("{ dense { units = 10 } }");
    return layers;
  }

  private static String of(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
