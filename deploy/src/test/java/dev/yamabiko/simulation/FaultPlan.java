package dev.yamabiko.simulation;

import dev.yamabiko.simulation.Fault.Kind;
import dev.yamabiko.simulation.Fault.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What is simulated: a job, on how many slices and workers, with which faults, in the order of
 * events that the seed gives. One line of text is a plan, and replays it.
 */
record FaultPlan(long seed, SimulatedJob job, int slices, int workers, List<Fault> faults) {

  static final int MOST_FAULTS = 6;
  private static final int MOST_WORKERS = 4;
  private static final int MOST_MILLIS_LOG2 = 15;

  FaultPlan {
    faults = List.copyOf(faults);
  }

  static FaultPlan withoutFaults(SimulatedJob job, int slices, int workers) {
    return new FaultPlan(0, job, slices, workers, List.of());
  }

  FaultPlan with(List<Fault> others) {
    return new FaultPlan(seed, job, slices, workers, others);
  }

  /** The plan of a seed: at least one fault, and never a worker that computes wrongly. */
  static FaultPlan random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SimulatedJob job = one(random, SimulatedJob.values());
    int slices = 1 + random.nextInt(job.mostSlices());
    int workers = job.least() + random.nextInt(MOST_WORKERS + 1 - job.least());
    int count = 1 + random.nextInt(MOST_FAULTS);
    List<Fault> faults = new ArrayList<>();
    while (faults.size() < count) {
      Fault fault = fault(random, job, slices, workers);
      boolean twoFailures =
          fault.kind() == Kind.TASK_FAILURE
              && faults.stream().anyMatch(other -> other.kind() == Kind.TASK_FAILURE);
      if (!twoFailures) {
        faults.add(fault);
      }
    }
    if (faults.stream().anyMatch(fault -> fault.kind() == Kind.TASK_FAILURE)) {
      // The run has to hear of it, or others could not go before it is known who is left.
      faults.removeIf(
          fault ->
              fault.place() == Place.ANSWER
                  && fault.kind().isOfMessage()
                  && fault.kind() != Kind.DUPLICATE);
    }
    // Nothing overtakes a control message if all that follow it are late.
    faults.removeIf(
        fault ->
            fault.kind() == Kind.DELAY
                && faults.stream()
                    .anyMatch(
                        other -> other.kind() == Kind.REORDER && other.place() == fault.place()));
    return new FaultPlan(seed, job, slices, workers, faults);
  }

  /**
   * A worker computes a wrong bit, and what it sends is late enough for others to compute the same;
   * in time before the run ends or goes back, for with that it forgets what it could compare with.
   */
  static FaultPlan wrongBit(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SimulatedJob job = one(random, SimulatedJob.values());
    while (job == SimulatedJob.DIVERGING) {
      job = one(random, SimulatedJob.values());
    }
    int slices = 1 + random.nextInt(job.mostSlices());
    int workers = 2 + random.nextInt(MOST_WORKERS - 1);
    int worker = random.nextInt(workers);
    long step = FIRST_KNOWN_STEP + random.nextInt(FIRST_KNOWN_STEP);
    int slice = random.nextInt(slices);
    int late = (int) JUST_LATE.toMillis() + random.nextInt(8);
    return new FaultPlan(
        seed,
        job,
        slices,
        workers,
        List.of(
            new Fault(Kind.WRONG_BIT, Place.CONTRIBUTION, worker, step, slice, 0),
            new Fault(Kind.DELAY, Place.CONTRIBUTION, worker, step, slice, late)));
  }

  private static Fault fault(SplittableRandom random, SimulatedJob job, int slices, int workers) {
    Kind kind = one(random, Kind.values());
    Place place = one(random, Place.values());
    while (kind == Kind.WRONG_BIT || kind == Kind.REORDER && slices < 2) {
      kind = one(random, Kind.values());
    }
    while (!kind.canBeAt(place)) {
      place = one(random, Place.values());
    }
    // From one millisecond to half a minute, short ones as often as long ones.
    int millis = 1 + random.nextInt(1 << random.nextInt(MOST_MILLIS_LOG2 + 1));
    int steps = job.steps() - LAST_STEPS;
    // Of control messages there are few; one has to be left that overtakes it.
    boolean early = kind == Kind.REORDER && !place.isBulk();
    return new Fault(
        kind,
        place,
        random.nextInt(workers),
        random.nextInt(early ? steps / 2 : steps),
        random.nextInt(slices),
        millis);
  }

  /**
   * After three steps it is known what is late: three quarters of a second, where steps are short.
   */
  private static final int FIRST_KNOWN_STEP = 3;

  private static final Duration JUST_LATE = Duration.ofMillis(752);

  /** In the last steps nothing new happens, so that all that is planned gets its turn. */
  private static final int LAST_STEPS = 5;

  private static <T> T one(SplittableRandom random, T[] of) {
    return of[random.nextInt(of.length)];
  }

  @Override
  public String toString() {
    return "%d %s %d %d %s"
        .formatted(
            seed,
            job,
            slices,
            workers,
            faults.stream().map(Fault::toString).collect(Collectors.joining(" ")))
        .strip();
  }

  /**
   * The plan of such a line.
   *
   * @throws IllegalArgumentException if it is none
   */
  static FaultPlan parse(String line) {
    String[] parts = line.strip().split(" +");
    if (parts.length < 4) {
      throw new IllegalArgumentException(
          "a plan is seed job slices workers fault..., but found " + line);
    }
    return new FaultPlan(
        Long.parseLong(parts[0]),
        SimulatedJob.valueOf(parts[1]),
        Integer.parseInt(parts[2]),
        Integer.parseInt(parts[3]),
        Arrays.stream(parts).skip(4).map(Fault::parse).toList());
  }
}
