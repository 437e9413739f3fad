package dev.yamabiko.job;

import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Node;
import dev.yamabiko.step.Communication;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renders a {@link Plan} for people: first the layers, then the numbers. */
final class PlanTable {
  private PlanTable() {}

  static String render(Plan plan, long heap) {
    return layers(plan.network()) + "\n" + numbers(plan, heap);
  }

  private static String layers(Network network) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"", "layer", "output shape", "parameters"});
    rows.add(new String[] {"", "input", network.inputShape().toString(), ""});
    for (Node node : network.nodes()) {
      Layer layer = node.layer();
      rows.add(
          new String[] {
            node.name(),
            layer.describe() + (node.frozen() ? " (frozen)" : ""),
            layer.outputShape().toString(),
            number(node.parameterCount())
          });
    }
    rows.add(new String[] {"", "total", "", number(network.parameterCount())});
    int[] widths = new int[4];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      String line =
          right(row[0], widths[0])
              + ("  " + left(row[1], widths[1]))
              + ("  " + left(row[2], widths[2]))
              + ("  " + right(row[3], widths[3]));
      text.append(line.stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static String numbers(Plan plan, long heap) {
    Job job = plan.job();
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"training", count(plan.trainingExamples(), "example")});
    rows.add(
        new String[] {
          "validation",
          plan.validationExamples() == 0 ? "none" : count(plan.validationExamples(), "example")
        });
    rows.add(new String[] {"batches", batches(plan)});
    rows.add(new String[] {"shards", shards(plan)});
    rows.add(
        new String[] {
          "steps",
          "%s (%s in each of %s)"
              .formatted(
                  number(plan.steps().steps()),
                  number(plan.steps().stepsPerEpoch()),
                  count(job.epochs(), "epoch"))
        });
    rows.add(new String[] {"workers", number(plan.workers())});
    rows.add(
        new String[] {"memory", "about " + bytes(plan.memoryBytes(heap)) + " besides the data"});
    rows.add(new String[] {"cluster", new ClusterMemory(plan, 1).text(heap)});
    rows.add(new String[] {"wire", wire(plan)});
    for (String advice : plan.advice(heap)) {
      rows.add(new String[] {"advice", advice});
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      text.append(left(row[0], "validation".length()) + "  " + row[1]).append('\n');
    }
    return text.toString();
  }

  /** In a step; beside the floats there are a few bytes of envelopes. */
  private static String wire(Plan plan) {
    Communication in = plan.job().communication();
    return "gradients %s, %s for each block; weights %s, %s to each worker"
        .formatted(
            in.gradients().name().toLowerCase(Locale.ROOT),
            bytes(plan.wireBytes(in.gradients())),
            in.weights().name().toLowerCase(Locale.ROOT),
            bytes(plan.wireBytes(in.weights())));
  }

  private static String batches(Plan plan) {
    String batch = count(plan.batchExamples(), "example") + " each";
    return plan.lastBatchExamples() == plan.batchExamples()
        ? batch
        : batch + ", the last of an epoch " + number(plan.lastBatchExamples());
  }

  private static String shards(Plan plan) {
    String sizes =
        plan.smallestShard() == plan.largestShard()
            ? count(plan.largestShard(), "example")
            : number(plan.smallestShard()) + " or " + count(plan.largestShard(), "example");
    return number(plan.job().shards()) + " in each batch, " + sizes + " each";
  }

  /** "1 example", "12,000 examples". */
  static String count(long n, String noun) {
    return number(n) + " " + noun + (n == 1 ? "" : "s");
  }

  private static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** "12.3 MiB". */
  static String bytes(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = bytes;
    int unit = 0;
    while (size >= 1024 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
  }

  private static String left(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private static String right(String text, int width) {
    return " ".repeat(width - text.length()) + text;
  }
}
