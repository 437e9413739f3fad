package dev.yamabiko.worker;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.protocol.SliceMessage;
import java.util.function.Consumer;

/**
 * Stands for all parameter slices of a run, wherever they live: takes contributions from the worker
 * and hands them to a bulk connection, which sends them when the socket has room.
 */
final class RemoteSlices {
  private RemoteSlices() {}

  static Behavior<SliceMessage> create(Consumer<SliceMessage.Contribute> connection) {
    return Behaviors.receive(SliceMessage.class)
        .onMessage(
            SliceMessage.Contribute.class,
            contribution -> {
              connection.accept(contribution);
              return Behaviors.same();
            })
        .build();
  }
}
