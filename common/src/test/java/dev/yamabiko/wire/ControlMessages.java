package dev.yamabiko.wire;

import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which messages cross nodes as control messages. */
final class ControlMessages {

  /**
   * Those that do not. Weights have the bulk plane; a run joins its worker through the worker's
   * node; the run and its observer live in one actor system, and its owner cancels it.
   */
  static final Set<Class<?>> LOCAL =
      Set.of(
          WorkerMessage.JoinRun.class,
          WorkerMessage.InstallWeights.class,
          SliceMessage.AddWorker.class,
          SliceMessage.Contribute.class,
          SliceMessage.ReadSlice.class,
          RunMessage.SliceRead.class,
          RunMessage.SlicesTaken.class,
          RunMessage.OwnerLost.class,
          RunMessage.CheckpointKept.class,
          RunMessage.OfferWorker.class,
          RunMessage.WorkerLeaving.class,
          RunMessage.CancelRun.class);

  private ControlMessages() {}

  /** Every message of all protocols, by name. */
  static List<Class<?>> all() {
    return Stream.of(
            CoordinatorMessage.class,
            NodeMessage.class,
            WorkerMessage.class,
            RunMessage.class,
            SliceMessage.class,
            OwnerMessage.class,
            OwnerEvent.class)
        .flatMap(protocol -> Arrays.stream(protocol.getPermittedSubclasses()))
        .<Class<?>>map(type -> type)
        .sorted(Comparator.comparing(Class::getName))
        .toList();
  }

  static List<Class<?>> travelling() {
    return all().stream().filter(type -> !LOCAL.contains(type)).toList();
  }
}
