package dev.yamabiko.cli;

import dev.yamabiko.benchmarks.compare.Trial;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.protocol.RunEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code yamabiko train} itself, with one more listener: it holds the trial's clock and cancels the
 * run when the trial is over. So what is timed is what a user runs: parsing the job, the actors of
 * a single node, the slices, the run directory with its metrics, and the progress line.
 *
 * <p>It stands in the command's package, because that is where the command lets its trainer be
 * replaced.
 *
 * <p>Arguments: {@code CELL WARM-UP-SECONDS SECONDS}, then those of {@code train}.
 */
public final class TimedTrainCommand {

  private TimedTrainCommand() {}

  public static void main(String[] args) {
    Trial trial = Trial.of(args);
    String[] command =
        Stream.concat(Stream.of("train"), Arrays.stream(args).skip(3)).toArray(String[]::new);
    Interruption none = new Interruption(Duration.ZERO, code -> {});
    Session session =
        new Session(
            System.out,
            System.err,
            Path.of(""),
            Terminal.of(System.getProperties(), System.getenv()),
            true,
            none);
    int code =
        Main.run(
            command,
            session,
            new TrainCommand(
                session,
                (checked, begin, workers, listeners, cancellation) -> {
                  requireThreads(trial, workers);
                  List<RunListener> all = new ArrayList<>(listeners);
                  all.add(clock(trial, cancellation));
                  return SingleNode.run(checked, begin, workers, all, cancellation);
                }));
    if (code == 2) {
      System.exit(code);
    }
    System.out.println(trial.result());
  }

  private static RunListener clock(Trial trial, SingleNode.Cancellation cancellation) {
    return new RunListener() {
      private boolean over;

      @Override
      public void onEvent(RunEvent event) {
        if (!over && event instanceof RunEvent.StepClosed closed) {
          over = !trial.goesOnAfter((float) closed.statistics().meanLoss());
          if (over) {
            cancellation.cancel("the trial is over");
          }
        }
      }
    };
  }

  private static void requireThreads(Trial trial, int workers) {
    if (workers != trial.cell().threads()) {
      throw new IllegalArgumentException(
          "expected --workers %d, as the cell says, but found %d"
              .formatted(trial.cell().threads(), workers));
    }
  }
}
