package dev.yamabiko.simulation;

import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.simulation.Fault.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries control messages one way, in order, each some time after it was sent. */
final class ControlPath {

  private static final int LATENCY_MICROS = 300;

  /**
   * If nothing has overtaken a message by then, it goes on: to a worker the next one comes when the
   * run misses its work, to the run with more work.
   */
  private static final Duration PATIENCE_DOWN = Duration.ofSeconds(10);

  private static final Duration PATIENCE_UP = Duration.ofMillis(60);

  /** A message that others may overtake. */
  private static final class Held {
    final Fault fault;
    final int number;
    final Runnable arrive;
    boolean due;
    boolean overtaken;

    Held(Fault fault, int number, Runnable arrive) {
      this.fault = fault;
      this.number = number;
      this.arrive = arrive;
    }
  }

  private final Simulation simulation;
  private final WorkerProcess process;
  private final Place place;
  private long lastArrival;
  private int sent;
  private final List<Held> held = new ArrayList<>();

  ControlPath(Simulation simulation, WorkerProcess process, Place place) {
    this.simulation = simulation;
    this.process = process;
    this.place = place;
  }

  /**
   * @param coordinator at the one end
   * @param arrive is called where it arrives
   */
  void send(CoordinatorProcess coordinator, Object message, Runnable arrive) {
    if (!process.isAlive()) {
      return;
    }
    if (!coordinator.isCurrent()) {
      // What happens to it is of no account.
      simulation.log("%s %s, old: %s".formatted(place, process.name(), text(message)));
      inOrder(0, arrive);
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
      case REORDER -> {
        if (message instanceof RunMessage.WorkerReady) {
          // A worker says nothing more before it is given work.
          simulation.putBack(fault.get());
          inOrder(0, arrive);
        } else {
          hold(new Held(fault.get(), ++sent, arrive), millis);
        }
      }
      default -> throw new IllegalStateException(fault.get() + " on " + place);
    }
  }

  private void hold(Held message, long nanos) {
    held.add(message);
    simulation
        .time()
        .after(
            nanos,
            () -> {
              message.due = true;
              releaseOvertaken();
            });
    simulation
        .time()
        .after(
            (place == Place.CONTROL ? PATIENCE_DOWN : PATIENCE_UP).toNanos(),
            () -> {
              if (!message.overtaken && held.remove(message)) {
                simulation.putBack(message.fault);
                message.arrive.run();
              }
            });
  }

  private void arrived(int number) {
    for (Held message : held) {
      if (message.number < number && !message.overtaken) {
        message.overtaken = true;
        simulation.happened(message.fault);
      }
    }
    releaseOvertaken();
  }

  private void releaseOvertaken() {
    for (Held message : List.copyOf(held)) {
      if (message.due && message.overtaken) {
        held.remove(message);
        message.arrive.run();
      }
    }
  }

  /** What is held back will never arrive. */
  void lost() {
    held.stream()
        .filter(message -> !message.overtaken)
        .forEach(message -> simulation.putBack(message.fault));
    held.clear();
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
    int number = ++sent;
    simulation
        .time()
        .after(
            lastArrival - now,
            () -> {
              arrive.run();
              arrived(number);
            });
  }
}
