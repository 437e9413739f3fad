package dev.yamabiko.simulation;

import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.simulation.Fault.Place;
import java.time.Duration;
import java.util.Optional;

/** Carries control messages one way, in order, each some time after it was sent. */
final class ControlPath {

  private static final int LATENCY_MICROS = 300;

  private final Simulation simulation;
  private final WorkerProcess process;
  private final Place place;
  private long lastArrival;

  ControlPath(Simulation simulation, WorkerProcess process, Place place) {
    this.simulation = simulation;
    this.process = process;
    this.place = place;
  }

  /**
   * @param arrive is called where it arrives
   */
  void send(Object message, Runnable arrive) {
    if (!process.isAlive()) {
      return;
    }
    Optional<Fault> fault = simulation.meet(place, process, simulation.coordinator().openStep(), 0);
    if (!process.isAlive()) {
      return;
    }
    simulation.log("%s %s %s".formatted(place, process.name(), text(message)));
    if (fault.isEmpty()) {
      inOrder(0, arrive);
      return;
    }
    long millis = Duration.ofMillis(fault.get().millis()).toNanos();
    switch (fault.get().kind()) {
      case DROP -> {
        if (message instanceof RunMessage.WorkerFailed failed) {
          simulation.left(failed.worker());
        }
      }
      case DELAY -> inOrder(millis, arrive);
      case DUPLICATE -> {
        inOrder(0, arrive);
        simulation.time().after(millis, arrive);
      }
      case REORDER -> simulation.time().after(millis, arrive);
      default -> throw new IllegalStateException(fault.get() + " on " + place);
    }
  }

  /** Without the part of an actor's name that differs each time. */
  private static String text(Object message) {
    return message instanceof NodeMessage
        ? message.getClass().getSimpleName()
        : message.toString().replaceAll("#-?\\d+", "");
  }

  private void inOrder(long delay, Runnable arrive) {
    long now = simulation.time().now();
    lastArrival = Math.max(lastArrival, now + delay + simulation.around(LATENCY_MICROS));
    simulation.time().after(lastArrival - now, arrive);
  }
}
