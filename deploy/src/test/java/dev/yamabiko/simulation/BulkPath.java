package dev.yamabiko.simulation;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.simulation.Fault.Place;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.MemoryBulk;
import dev.yamabiko.wire.MemoryBulk.Frame;
import dev.yamabiko.wire.MemoryBulk.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bulk connections between the coordinator and one worker during one run: carries frame after
 * frame each way, loses a connection where a plan says so, and opens the next one.
 */
final class BulkPath {

  private static final int FRAME_MICROS = 50;
  private static final int LATENCY_MICROS = 200;
  private static final int RECONNECT_MICROS = 50_000;

  private static final long SOON_NANOS = 5_000_000;

  /** If nothing has overtaken a message by then, it goes on. */
  private static final int MOST_MILLIS_HELD = 5;

  /** One direction. */
  private static final class Lane {
    boolean taking;
    long lastArrival;

    /** A message that is held back until another one has overtaken it, and why. */
    List<Frame> back = List.of();

    Optional<Fault> holding = Optional.empty();
    boolean collects;

    /** Corrupted, and not found out yet. */
    Optional<Fault> corrupted = Optional.empty();
  }

  private final Simulation simulation;
  private final WorkerProcess process;
  private final CoordinatorProcess coordinator;
  private final MemoryBulk bulk;
  private final Map<Way, Lane> lanes = new EnumMap<>(Way.class);
  private BulkClient.Receiver client;
  private boolean closed;

  /** Up to this number connections are lost. */
  private int lost;

  BulkPath(
      Simulation simulation,
      WorkerProcess process,
      CoordinatorProcess coordinator,
      RunKey key,
      BulkLink.Receiver receiver) {
    this.simulation = simulation;
    this.process = process;
    this.coordinator = coordinator;
    bulk = new MemoryBulk(coordinator.shared(key), key, process.name(), receiver, new ClientEnd());
    lanes.put(Way.DOWN, new Lane());
    lanes.put(Way.UP, new Lane());
  }

  /** What the worker's end hears; whoever listens opens the path. */
  private final class ClientEnd implements BulkClient.Receiver {
    @Override
    public void installed(WorkerMessage.InstallWeights weights) {
      client.installed(weights);
    }

    @Override
    public void connected() {
      client.connected();
    }

    @Override
    public void disconnected(String cause) {
      client.disconnected(cause);
    }

    @Override
    public void deserted(String cause) {
      client.deserted(cause);
    }

    @Override
    public void refused(String reason) {
      client.refused(reason);
    }
  }

  /** By the worker's node. */
  void open(BulkClient.Receiver receiver) {
    client = receiver;
    connect();
  }

  private void connect() {
    simulation
        .time()
        .after(
            simulation.around(LATENCY_MICROS),
            () -> {
              if (closed || !process.isAlive() || !coordinator.isAlive()) {
                return;
              }
              int number = bulk.accept();
              wake(Way.DOWN);
              // Before any weights.
              inOrder(Way.DOWN, 0, () -> process.whenAwake(() -> accepted(number)));
            });
  }

  private void accepted(int number) {
    if (closed) {
      return;
    }
    if (number <= lost) {
      connect();
      return;
    }
    bulk.accepted(number);
    wake(Way.UP);
  }

  /** Either end is done with it. */
  void close() {
    if (!closed) {
      lose("closed");
      closed = true;
    }
  }

  /** The process at one end is gone. */
  void broken() {
    lose("the other end is gone");
  }

  /** What is on its way is lost, and each end notices for itself. */
  private void lose(String cause) {
    int gone = bulk.connections();
    lost = gone;
    for (Lane lane : lanes.values()) {
      lane.back = List.of();
      lane.collects = false;
      lane.holding.ifPresent(simulation::putBack);
      lane.holding = Optional.empty();
      lane.corrupted.ifPresent(simulation::putBack);
      lane.corrupted = Optional.empty();
    }
    simulation
        .time()
        .after(
            simulation.around(LATENCY_MICROS),
            () -> {
              if (coordinator.isAlive() && bulk.connections() == gone) {
                bulk.lostByCoordinator(cause);
              }
            });
    simulation
        .time()
        .after(simulation.around(LATENCY_MICROS), () -> process.whenAwake(() -> again(cause)));
  }

  private void again(String cause) {
    if (bulk.isConnected(Way.UP)) {
      bulk.lostByClient(cause);
      if (!closed) {
        simulation
            .time()
            .after(
                simulation.around(RECONNECT_MICROS), () -> process.whenAwake(this::connectAgain));
      }
    }
  }

  private void connectAgain() {
    if (!closed) {
      connect();
    }
  }

  void send(WorkerMessage.InstallWeights weights) {
    bulk.send(weights);
    wake(Way.DOWN);
  }

  void send(SliceMessage.Contribute contribution) {
    boolean wrong =
        coordinator.isCurrent()
            && simulation.isWrong(process, contribution.step(), contribution.slice());
    bulk.send(wrong ? withWrongBit(contribution) : contribution);
    wake(Way.UP);
  }

  private SliceMessage.Contribute withWrongBit(SliceMessage.Contribute right) {
    FloatSegment gradient = right.gradient();
    int from = gradient.at();
    float[] values = Arrays.copyOfRange(gradient.values(), from, from + gradient.length());
    int at = simulation.random(values.length);
    values[at] = Float.intBitsToFloat(Float.floatToRawIntBits(values[at]) ^ 1);
    return new SliceMessage.Contribute(
        right.key(),
        right.step(),
        right.slice(),
        right.block(),
        new FloatSegment(values, 0, values.length),
        right.statistics(),
        right.worker());
  }

  private void wake(Way way) {
    Lane lane = lanes.get(way);
    if (!lane.taking) {
      lane.taking = true;
      simulation.time().after(simulation.around(FRAME_MICROS), () -> whereItLeaves(way));
    }
  }

  private void whereItLeaves(Way way) {
    if (way == Way.UP) {
      process.whenAwake(() -> take(way));
    } else if (coordinator.isAlive()) {
      take(way);
    }
  }

  private void take(Way way) {
    Lane lane = lanes.get(way);
    lane.taking = false;
    Optional<Frame> next = bulk.next(way);
    if (next.isEmpty()) {
      return;
    }
    Frame frame = next.get();
    if (frame.connection() <= lost) {
      wake(way);
      return;
    }
    long delay = 0;
    if (frame.begins()) {
      lane.collects = false;
      Place place = way == Way.DOWN ? Place.WEIGHTS : Place.CONTRIBUTION;
      simulation.log(
          "%s %s step %d slice %d".formatted(place, process.name(), frame.step(), frame.slice()));
      Optional<Fault> fault =
          coordinator.isCurrent()
              ? simulation.meet(place, process, frame.step(), frame.slice())
              : Optional.empty();
      if (frame.connection() <= lost || !process.isAlive() || !coordinator.isAlive()) {
        return;
      }
      if (fault.isPresent()) {
        Fault f = fault.get();
        switch (f.kind()) {
          case DROP -> {
            lose("a message was lost");
            return;
          }
          case DELAY -> delay = Duration.ofMillis(f.millis()).toNanos();
          case DUPLICATE -> bulk.sendAgain(frame);
          case REORDER -> {
            if (lane.back.isEmpty()) {
              lane.back = new ArrayList<>();
              lane.holding = fault;
              lane.collects = true;
              List<Frame> held = lane.back;
              simulation
                  .time()
                  .after(
                      Duration.ofMillis(Math.min(f.millis(), MOST_MILLIS_HELD)).toNanos(),
                      () -> {
                        if (lane.back == held) {
                          overtakenByNone(way);
                        }
                      });
            } else {
              simulation.putBack(f);
            }
          }
          case CORRUPT -> {
            if (lane.lastArrival > simulation.time().now() + SOON_NANOS) {
              simulation.putBack(f); // the run may be over before it arrives
            } else {
              int bit = Byte.SIZE * Integer.BYTES;
              bit += simulation.random(Byte.SIZE * frame.bytes().length - bit);
              frame.bytes()[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
              lane.corrupted = fault;
            }
          }
          default -> throw new IllegalStateException(f + " on " + place);
        }
      }
    }
    if (lane.collects) {
      lane.back.add(frame);
      if (frame.ends()) {
        lane.collects = false;
      }
    } else {
      if (frame.begins() && !lane.back.isEmpty() && lane.back.get(0).step() != frame.step()) {
        // Nothing of an older step ever comes after a newer one's.
        overtakenByNone(way);
      }
      carry(frame, delay);
      if (frame.ends()) {
        lane.holding.ifPresent(simulation::happened);
        lane.holding = Optional.empty();
        release(way);
      }
    }
    wake(way);
  }

  private void overtakenByNone(Way way) {
    Lane lane = lanes.get(way);
    lane.holding.ifPresent(simulation::putBack);
    lane.holding = Optional.empty();
    release(way);
  }

  private void release(Way way) {
    Lane lane = lanes.get(way);
    List<Frame> back = lane.back;
    lane.back = List.of();
    lane.collects = false;
    back.forEach(frame -> carry(frame, 0));
  }

  private void carry(Frame frame, long delay) {
    inOrder(frame.way(), delay, () -> whereItArrives(frame));
  }

  private void inOrder(Way way, long delay, Runnable arrive) {
    Lane lane = lanes.get(way);
    long now = simulation.time().now();
    lane.lastArrival = Math.max(lane.lastArrival, now + delay + simulation.around(LATENCY_MICROS));
    simulation.time().after(lane.lastArrival - now, arrive);
  }

  private void whereItArrives(Frame frame) {
    if (frame.way() == Way.DOWN) {
      process.whenAwake(() -> arrive(frame));
    } else if (coordinator.isAlive()) {
      arrive(frame);
    }
  }

  private void arrive(Frame frame) {
    if (closed || frame.connection() <= lost) {
      return;
    }
    Lane lane = lanes.get(frame.way());
    Optional<String> bad = bulk.arrive(frame);
    if (bad.isPresent()) {
      lane.corrupted.ifPresent(simulation::happened);
      lane.corrupted = Optional.empty();
      simulation.log("bad frame: " + bad.get());
      lose(bad.get());
    }
  }
}
