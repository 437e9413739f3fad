package dev.yamabiko.cli;

import dev.yamabiko.cli.forecast.Costs;
import dev.yamabiko.cli.forecast.Outlook;
import dev.yamabiko.cli.forecast.Setting;
import dev.yamabiko.cli.forecast.StepForecast;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.ClusterMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A forecast, as people and as scripts read it. */
record OutlookText(CheckedJob checked, Setting setting, Costs costs, Outlook outlook) {

  String text() {
    return "%s\n%s\n%s\n%s\n".formatted(assumptions(), table(), advice(), memory());
  }

  private String assumptions() {
    String batch =
        "%s: %s floats; %s in %s; each node %s, %s up and down, %s one way"
            .formatted(
                checked.job().name(),
                Figures.count(setting.floats()),
                Figures.count(setting.plan().batchExamples(0), "example"),
                Figures.count(setting.plan().shards(), "shard"),
                Figures.count(setting.threads(), "thread"),
                bandwidth(setting.link().bitsPerSecond()),
                time(setting.link().latency()));
    String machine =
        setting.sharedCores().isPresent()
            ? "; all on one machine with %d cores".formatted(setting.sharedCores().getAsInt())
            : "";
    return batch
        + machine
        + "\none worker without a network: %s a step, %s\n"
            .formatted(time(outlook.alone()), rate(outlook.alone()));
  }

  private String rate(double seconds) {
    return Figures.rate(setting.plan().batchExamples(0) / seconds);
  }

  private String table() {
    TextTable table =
        new TextTable(
            "workers",
            "step",
            "compute",
            "network",
            "aggregate",
            "efficiency",
            "samples/s",
            "slice nodes",
            "step",
            "efficiency");
    for (Outlook.Row row : outlook.rows()) {
      StepForecast star = row.star();
      StepForecast best = row.best();
      table.row(
          Figures.count(star.workers()),
          time(star.seconds()),
          time(star.compute()),
          time(star.network()),
          time(star.aggregate()),
          percent(star.efficiency()),
          Figures.count(Math.round(star.samplesPerSecond())),
          best.sliceNodes() == 0 ? "-" : Figures.count(best.sliceNodes()),
          best.sliceNodes() == 0 ? "-" : time(best.seconds()),
          best.sliceNodes() == 0 ? "-" : percent(best.efficiency()));
    }
    return table.text();
  }

  /** What to take, and why not more. */
  String advice() {
    StepForecast chosen = outlook.advice().chosen();
    int own = setting.plan().shards();
    String other =
        chosen.shards() == own ? "" : " (now %d; other shards, other bits)".formatted(own);
    return "Take %s with %s%s, and the coordinator's %s: %s a step, %s efficient. %s%s"
        .formatted(
            Figures.count(chosen.workers(), "worker"),
            Figures.count(chosen.shards(), "shard"),
            other,
            Figures.count(chosen.slices(), "slice"),
            time(chosen.seconds()),
            percent(chosen.efficiency()),
            outlook.advice().narrow().map(this::bottleneck).orElseGet(this::withMost),
            sliceNodes());
  }

  private String bottleneck(StepForecast narrow) {
    return "From %s on, %s is the bottleneck: %s for the network beside %s of computing."
        .formatted(
            Figures.count(narrow.workers(), "worker"),
            narrow.limit(),
            time(narrow.network()),
            time(narrow.compute()));
  }

  private String withMost() {
    StepForecast most = outlook.advice().most().star();
    return "%s with %s: %s efficient; of %s a step %s for computing, %s for the network, %s for the rest."
        .formatted(
            Figures.count(most.workers(), "worker"),
            Figures.count(most.shards(), "shard"),
            percent(most.efficiency()),
            time(most.seconds()),
            time(most.compute()),
            time(most.network()),
            time(most.aggregate()));
  }

  private String sliceNodes() {
    StepForecast most = outlook.advice().most().star();
    StepForecast best = outlook.advice().most().best();
    return best.sliceNodes() == 0
        ? ""
        : " With %s, %d slice nodes make %s of the step's %s: %s efficient instead of %s."
            .formatted(
                Figures.count(most.workers(), "worker"),
                best.sliceNodes(),
                time(best.seconds()),
                time(most.seconds()),
                percent(best.efficiency()),
                percent(most.efficiency()));
  }

  private ClusterMemory clusterMemory() {
    return new ClusterMemory(checked.plan(outlook.advice().chosen().workers()), setting.threads());
  }

  private long coordinatorBytes() {
    return clusterMemory().coordinatorHeapBytes() + clusterMemory().coordinatorDirectBytes();
  }

  private long workerBytes() {
    return clusterMemory().workerHeapBytes(Runtime.getRuntime().maxMemory())
        + clusterMemory().workerDirectBytes();
  }

  private String memory() {
    return String.format(
        Locale.ROOT,
        "Memory then: the coordinator %,d MiB, each worker %,d MiB, besides the data.",
        coordinatorBytes() >> 20,
        workerBytes() >> 20);
  }

  Map<String, Object> json() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", "ok");
    answer.put("job", checked.job().name());
    answer.put("parameters", setting.floats());
    answer.put("batch_examples", setting.plan().batchExamples(0));
    answer.put("shards", setting.plan().shards());
    answer.put("threads", setting.threads());
    answer.put(
        "shared_cores",
        setting.sharedCores().isPresent() ? setting.sharedCores().getAsInt() : null);
    answer.put("bits_per_second", setting.link().bitsPerSecond());
    answer.put("latency_seconds", setting.link().latency());
    answer.put("bytes_per_gradient", setting.upBytes());
    answer.put("bytes_per_weight", setting.downBytes());
    answer.put("costs", costsJson());
    answer.put("alone_step_seconds", outlook.alone());
    List<Object> rows = new ArrayList<>();
    for (Outlook.Row row : outlook.rows()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("workers", row.star().workers());
      each.put("star", forecast(row.star()));
      each.put("best", forecast(row.best()));
      rows.add(each);
    }
    answer.put("forecasts", rows);
    answer.put("recommendation", recommendation());
    return answer;
  }

  private Map<String, Object> costsJson() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("cores", costs.cores());
    all.put("block_seconds", costs.block().fixed());
    all.put("example_seconds", costs.block().perExample());
    all.put("shard_seconds", costs.block().perShard());
    all.put("contention", costs.contention());
    all.put("install_seconds_per_float", costs.install());
    all.put("add_seconds_per_float", costs.add());
    all.put("update_seconds_per_float", costs.update());
    all.put("byte_seconds", costs.perByte());
    all.put("message_seconds", costs.perMessage());
    all.put("trip_seconds", costs.trip());
    all.put("hand_over_seconds", costs.handOver());
    return all;
  }

  private static Map<String, Object> forecast(StepForecast of) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("slice_nodes", of.sliceNodes());
    all.put("slices", of.slices());
    all.put("step_seconds", of.seconds());
    all.put("compute_seconds", of.compute());
    all.put("network_seconds", of.network());
    all.put("aggregate_seconds", of.aggregate());
    all.put("efficiency", of.efficiency());
    all.put("samples_per_second", of.samplesPerSecond());
    return all;
  }

  private Map<String, Object> recommendation() {
    Outlook.Advice advice = outlook.advice();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("workers", advice.chosen().workers());
    all.put("shards", advice.chosen().shards());
    all.put("slices", advice.chosen().slices());
    all.put("slice_nodes", advice.most().best().sliceNodes());
    all.put("network_bound_from_workers", advice.narrow().map(StepForecast::workers).orElse(null));
    all.put("coordinator_bytes", coordinatorBytes());
    all.put("worker_bytes", workerBytes());
    all.put("text", advice());
    return all;
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * part);
  }

  /** "12.3 ms", three digits. */
  static String time(double seconds) {
    String[] units = {"s", "ms", "us"};
    double value = seconds;
    int unit = 0;
    while (value < 0.9995 && unit < units.length - 1) {
      value *= 1000;
      unit++;
    }
    int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return String.format(Locale.ROOT, "%." + digits + "f %s", value, units[unit]);
  }

  /** "10 Gb/s". */
  static String bandwidth(double bits) {
    String[] units = {"kb/s", "Mb/s", "Gb/s", "Tb/s"};
    double value = bits / 1000;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT, value == Math.rint(value) ? "%.0f %s" : "%.2f %s", value, units[unit]);
  }
}
