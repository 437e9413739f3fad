package dev.yamabiko.cli.forecast;

import dev.yamabiko.coordinator.RunSettings;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.worker.CutBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a step takes on N workers, with all slices on the coordinator (the star) or on k nodes
 * of their own. Time 0 is when all workers have all weights; the step ends when they have the next.
 *
 * <p>P floats are cut into S stages, stage s of n(s): a slice in the star, one slice of each node
 * where there are k, every k-th slice on the same node. u and d are the bytes of a float up and
 * down, k = 1 for the star. A line of bandwidth B sends x bytes in L(x) = x · 8 · 1538 / 1448 / B.
 *
 * <pre>
 * worker     a block of r examples in c shards:  a + b r + c' c, on the thread that is free first
 *            final(i, s): when the worker's i-th block has stage s final, as measured in backward;
 *            the slowest of the W(i) workers that have an i-th block
 * up         U(i, s) = max(U before, final(i, s)) + max(
 *              L(W(i) n(s) u / k)          the line of the node that holds the slices
 *              L(n(s) u)                   the worker's own line
 *              W(i) (n(s) u / k · q + m) / loops   that node's processor, on as many event loops
 *              n(s) u q + k m)             the worker's
 * aggregate  A(s) = max(A(s + p), U(last, s) + hop(n(s) u / k)) + n(s) / k · (v + (blocks - 1) w)
 *            on p threads, one for each slice of a node, as far as there are cores
 * down       D(s) = max(D(s + 1), A(s)) + max( ... ) as up, with N workers and d bytes
 * step       D(first) + hop(n d / k) + handing over
 * hop(x)     latency + trip of an empty message + (the first frame's encoding, the last's decoding)
 * </pre>
 *
 * <p>Stages go from the last layer to the first, so all but the last of them overlap: a
 * contribution leaves while earlier layers are still computed, a slice is summed while the next one
 * arrives, and sent while that is summed. q is the processor time of a byte at either end, m of a
 * message, v and w of a float's update and of adding one. Clipping by the global norm, where every
 * slice waits for all, is taken as if it did not; so are ends of epochs and of leases, checkpoints,
 * and the garbage collector.
 *
 * <p>Where all processes share one machine with C cores, computing takes as many times longer as
 * there are more threads than cores, the processor time of sending contributions meanwhile, at both
 * ends, being one of the threads for as much of the time as it takes; and no transfer is faster
 * than the processor time of both its ends, divided by C.
 *
 * <p>One worker in a process of its own: its blocks, update, handing over; it reads the weights
 * where the slices keep them.
 */
public final class StepModel {

  /** Slice, worker, shard task, compute thread. */
  private static final int WORKER_HANDOVERS = 3;

  /** Link, slice, compute thread, slice, worker's stand-in; the link after that is in a trip. */
  private static final int COORDINATOR_HANDOVERS = 4;

  /** In one process: contribution, compute thread, slice. */
  private static final int LOCAL_HANDOVERS = 3;

  /** Of a bulk server. */
  private static final int EVENT_LOOPS = 4;

  private static final double FRAME_BYTES = 1 << 20;

  private final Costs costs;

  /** Who gets which blocks, by shards and workers: it takes long to find out for many of both. */
  private final Map<List<Integer>, List<List<Block>>> divisions;

  public StepModel(Costs costs) {
    this(costs, new HashMap<>());
  }

  private StepModel(Costs costs, Map<List<Integer>, List<List<Block>>> divisions) {
    this.costs = costs;
    this.divisions = divisions;
  }

  /** One block of a worker, from the worker's begin of the step. */
  private record Span(double begin, double end) {
    double at(double part) {
      return begin + (end - begin) * part;
    }
  }

  /** One stage of all workers' i-th blocks. */
  private record Wave(int stage, int senders, double ready) {}

  /** Seconds of a step of one worker in a process of its own. */
  public double alone(Setting setting) {
    List<Block> blocks = leases(setting, 1).get(0);
    double update = setting.floats() * (costs.update() + (blocks.size() - 1) * costs.add());
    return end(spans(setting, blocks, 1))
        + update
        + (WORKER_HANDOVERS + LOCAL_HANDOVERS) * costs.handOver();
  }

  /**
   * @param sliceNodes 0 for the star
   */
  public StepForecast forecast(Setting setting, int workers, int sliceNodes) {
    List<List<Block>> leases = leases(setting, workers);
    int slices = RunSettings.slicesOnTheWay(setting.floats(), leases.size());
    double seconds = seconds(setting, leases, sliceNodes);
    StepModel still = withoutSending();
    double withoutNetwork = still.seconds(setting.with(Link.FREE), leases, sliceNodes);
    double compute = install(setting) + still.slowest(setting, leases);
    return new StepForecast(
        workers,
        setting.plan().shards(),
        sliceNodes,
        slices,
        seconds,
        compute,
        seconds - withoutNetwork,
        withoutNetwork - compute,
        limit(setting, leases, sliceNodes, seconds),
        alone(setting) / (workers * seconds),
        setting.plan().batchExamples(0) / seconds);
  }

  /** What would save most of the step if it were not. */
  private StepForecast.Limit limit(
      Setting setting, List<List<Block>> leases, int sliceNodes, double seconds) {
    Link link = setting.link();
    double byLine = seconds - seconds(setting.with(link.withoutLimit()), leases, sliceNodes);
    double byLatency = seconds - seconds(setting.with(link.withoutLatency()), leases, sliceNodes);
    double byProcessor = seconds - withoutSending().seconds(setting, leases, sliceNodes);
    if (byLine < Math.max(byLatency, byProcessor)) {
      return byLatency > byProcessor ? StepForecast.Limit.LATENCY : StepForecast.Limit.PROCESSOR;
    }
    if (sliceNodes == 0) {
      return leases.size() > 1
          ? StepForecast.Limit.COORDINATOR_LINK
          : StepForecast.Limit.WORKER_LINKS;
    }
    return leases.size() > sliceNodes
        ? StepForecast.Limit.SLICE_LINKS
        : StepForecast.Limit.WORKER_LINKS;
  }

  private StepModel withoutSending() {
    return new StepModel(costs.withoutSending(), divisions);
  }

  /** Of the workers that the job takes: no more than there are shards. */
  private List<List<Block>> leases(Setting setting, int workers) {
    int shards = setting.plan().shards();
    int taken = Math.min(workers, Math.min(shards, setting.mostWorkers()));
    return divisions.computeIfAbsent(
        List.of(shards, taken),
        of -> {
          double[] equal = new double[taken];
          Arrays.fill(equal, 1);
          return ShardPlanner.plan(shards, equal);
        });
  }

  private double install(Setting setting) {
    return setting.floats() * costs.install();
  }

  private double slowest(Setting setting, List<List<Block>> leases) {
    return leases.stream()
        .mapToDouble(lease -> end(spans(setting, lease, leases.size())))
        .max()
        .orElseThrow();
  }

  private static double end(List<Span> spans) {
    return spans.stream().mapToDouble(Span::end).max().orElse(0);
  }

  /**
   * When one worker computes its blocks: pieces in their order, each on the thread that is free
   * first.
   */
  private List<Span> spans(Setting setting, List<Block> lease, int workers) {
    StepPlan plan = setting.plan();
    int threads = setting.threads();
    double[] free = new double[threads];
    List<Block> full = lease.stream().filter(block -> !plan.isEmpty(0, block)).toList();
    double slower = slower(setting, full, workers);
    List<Span> spans = new ArrayList<>();
    for (List<Block> pieces : CutBlock.cut(plan, 0, full, threads)) {
      double begin = Double.POSITIVE_INFINITY;
      double end = 0;
      for (Block piece : pieces) {
        int first = 0;
        for (int thread = 1; thread < threads; thread++) {
          first = free[thread] < free[first] ? thread : first;
        }
        begin = Math.min(begin, free[first]);
        free[first] += slower * costs.block().seconds(plan.rows(0, piece).rows(), piece.shards());
        end = Math.max(end, free[first]);
      }
      spans.add(new Span(begin, end + (pieces.size() - 1) * setting.floats() * costs.add()));
    }
    return spans;
  }

  /** How many times as long computing takes as on one thread that is alone. */
  private double slower(Setting setting, List<Block> blocks, int workers) {
    boolean shared = setting.sharedCores().isPresent();
    int cores = setting.sharedCores().orElse(costs.cores());
    int busy = setting.threads() * (shared ? workers : 1);
    double full = cores == 1 ? 0 : (Math.min(busy, cores) - 1.0) / (cores - 1);
    double sending = shared ? workers * sending(setting, blocks, workers) : 0;
    return (1 + (costs.contention() - 1) * full) * Math.max(1, (busy + sending) / cores);
  }

  /** Processor time of sending a worker's contributions, at both ends, to that of computing. */
  private double sending(Setting setting, List<Block> blocks, int workers) {
    StepPlan plan = setting.plan();
    double computing = 0;
    for (Block block : blocks) {
      computing += costs.block().seconds(plan.rows(0, block).rows(), block.shards());
    }
    if (computing == 0) {
      return 0;
    }
    int slices = RunSettings.slicesOnTheWay(setting.floats(), workers);
    double one =
        setting.floats() * setting.upBytes() * costs.perByte() + slices * costs.perMessage();
    return 2 * blocks.size() * one * setting.threads() / computing;
  }

  private double seconds(Setting setting, List<List<Block>> leases, int sliceNodes) {
    int nodes = Math.max(1, sliceNodes);
    int workers = leases.size();
    int slices = RunSettings.slicesOnTheWay(setting.floats(), workers);
    int stages = Math.max(1, slices / nodes);
    double[] arrived = new double[stages];
    double free = 0;
    for (Wave wave : waves(setting, leases, stages)) {
      double bytes = floats(setting, stages, wave.stage) * setting.upBytes();
      free = Math.max(free, wave.ready) + transfer(setting, bytes, wave.senders, nodes);
      arrived[wave.stage] = free + hop(setting, bytes / nodes);
    }
    int contributions = leases.stream().mapToInt(List::size).sum();
    double perFloat = costs.update() + (contributions - 1) * costs.add();
    int cores = setting.sharedCores().orElse(costs.cores());
    int threads = Math.max(1, Math.min(cores, slices / nodes));
    double[] updated = new double[stages];
    double down = 0;
    for (int stage = stages - 1; stage >= 0; stage--) {
      int floats = floats(setting, stages, stage);
      double thread = stage + threads < stages ? updated[stage + threads] : 0;
      updated[stage] = Math.max(thread, arrived[stage]) + perFloat * floats / nodes;
      double bytes = floats * setting.downBytes();
      down = Math.max(down, updated[stage]) + transfer(setting, bytes, workers, nodes);
    }
    double last = floats(setting, stages, 0) * setting.downBytes() / nodes;
    return down
        + hop(setting, last)
        + (WORKER_HANDOVERS + COORDINATOR_HANDOVERS) * costs.handOver();
  }

  /** In the order in which workers have them final. */
  private List<Wave> waves(Setting setting, List<List<Block>> leases, int stages) {
    List<List<Span>> spans =
        leases.stream().map(lease -> spans(setting, lease, leases.size())).toList();
    int most = spans.stream().mapToInt(List::size).max().orElseThrow();
    List<Wave> waves = new ArrayList<>();
    for (int block = 0; block < most; block++) {
      int i = block;
      List<Span> senders =
          spans.stream().filter(own -> own.size() > i).map(own -> own.get(i)).toList();
      for (int stage = stages - 1; stage >= 0; stage--) {
        double part = costs.order().finalFrom(ChunkGrid.sliceFrom(setting.floats(), stages, stage));
        double ready = senders.stream().mapToDouble(span -> span.at(part)).max().orElseThrow();
        waves.add(new Wave(stage, senders.size(), install(setting) + ready));
      }
    }
    waves.sort(Comparator.comparingDouble(Wave::ready));
    return waves;
  }

  private static int floats(Setting setting, int stages, int stage) {
    return ChunkGrid.sliceFrom(setting.floats(), stages, stage + 1)
        - ChunkGrid.sliceFrom(setting.floats(), stages, stage);
  }

  /**
   * How long a stage keeps the narrowest place between workers and nodes busy.
   *
   * @param bytes of each worker, for all nodes together
   */
  private double transfer(Setting setting, double bytes, int workers, int nodes) {
    Link link = setting.link();
    double line = Math.max(link.seconds(workers * bytes / nodes), link.seconds(bytes));
    int cores = setting.sharedCores().orElse(costs.cores());
    double atNode = workers * (bytes / nodes * costs.perByte() + costs.perMessage());
    double atWorker = bytes * costs.perByte() + nodes * costs.perMessage();
    int loops = Math.min(Math.min(EVENT_LOOPS, cores), workers);
    double processor = Math.max(atNode / loops, atWorker);
    if (setting.sharedCores().isPresent()) {
      processor = Math.max(processor, (nodes * atNode + workers * atWorker) / cores);
    }
    return Math.max(line, processor);
  }

  /** From the last byte's place on the line to the message's arrival. */
  private double hop(Setting setting, double bytes) {
    double frame = Math.min(FRAME_BYTES, bytes) * costs.perByte();
    return setting.link().latency() + costs.trip() + 2 * frame;
  }
}
