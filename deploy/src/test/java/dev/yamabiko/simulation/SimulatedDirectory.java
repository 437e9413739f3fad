package dev.yamabiko.simulation;

import dev.yamabiko.coordinator.MetricsLine;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunEvent;
import java.util.Optional;

/** Plays the directory of one run: writes down what the run says, while its term is the last. */
final class SimulatedDirectory {

  private static final int DISK_MICROS = 5000;

  private final Simulation simulation;
  private final CoordinatorProcess coordinator;
  private final MetricsLine lines;
  private Optional<Checkpoint> writing = Optional.empty();
  private Runnable written = () -> {};

  SimulatedDirectory(Simulation simulation, CoordinatorProcess coordinator) {
    this.simulation = simulation;
    this.coordinator = coordinator;
    lines = new MetricsLine(simulation.plan().job().checked().data().train().targets());
  }

  /**
   * @param kept is called once the checkpoint is there, if the event is one
   */
  void onEvent(RunEvent event, Runnable kept) {
    if (event instanceof RunEvent.StepClosed closed) {
      pass(() -> simulation.disk().write(lines.of(closed)));
    } else if (event instanceof RunEvent.EpochClosed closed) {
      pass(() -> simulation.disk().write(lines.of(closed)));
    } else if (event instanceof RunEvent.CheckpointTaken taken) {
      settle();
      write(taken.checkpoint(), kept);
    } else if (event instanceof RunEvent.RolledBack back) {
      settle();
      pass(() -> simulation.disk().goBack(back.from(), back.to(), lines.of(back)));
    } else if (event instanceof RunEvent.RunEnded) {
      settle();
    }
  }

  private void write(Checkpoint checkpoint, Runnable kept) {
    writing = Optional.of(checkpoint);
    written = kept;
    simulation
        .time()
        .after(
            simulation.around(DISK_MICROS),
            () -> {
              if (writing.filter(checkpoint::equals).isPresent()) {
                settle();
              }
            });
  }

  /** What is being written is there when this returns. */
  private void settle() {
    writing.ifPresent(
        checkpoint -> {
          pass(() -> simulation.disk().keep(checkpoint));
          written.run();
        });
    writing = Optional.empty();
  }

  /** The process has ended: what is being written will never be there. */
  void lost() {
    writing = Optional.empty();
  }

  private void pass(Runnable change) {
    coordinator.acts();
    if (simulation.disk().isOpenTo(coordinator.term())) {
      change.run();
    } else {
      simulation.log("refused what term %d writes".formatted(coordinator.term()));
    }
  }
}
