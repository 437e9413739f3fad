package dev.yamabiko.cli.forecast;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.model.Checkpoint;
import java.io.IOException;

/**
 * Measures on this machine what the job's own step costs, by the code that runs it, once that is
 * compiled. Takes a few seconds, and the memory of a training run on one node. By processor time
 * wherever one thread does the work, so that what else runs on the machine hardly shows.
 */
public final class Calibration {

  private Calibration() {}

  /**
   * @param begin the run's start
   * @param threads of a worker
   * @param contended whether several threads are going to compute on one machine
   * @throws IOException if this machine's loopback cannot be used
   */
  public static Costs measure(CheckedJob checked, Checkpoint begin, int threads, boolean contended)
      throws IOException, InterruptedException {
    int cores = Runtime.getRuntime().availableProcessors();
    ComputeTrial compute = new ComputeTrial(checked, begin.weights(), threads);
    compute.warmUp();
    BlockCost block = compute.cost();
    GradientOrder order = compute.order();
    double contention = compute.contention(contended ? cores : 1);
    SliceTrial.PerFloat slice =
        new SliceTrial(checked, begin, compute.gradient(), compute.statistics()).measure();
    WireTrial.Sending sending;
    try (WireTrial wire = new WireTrial()) {
      sending = wire.measure();
    }
    return new Costs(
        cores,
        block,
        contention,
        order,
        slice.install(),
        slice.add(),
        slice.update(),
        sending.perByte(),
        sending.perMessage(),
        sending.trip(),
        WireTrial.handOver());
  }
}
